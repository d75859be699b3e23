import type { DomainVcpus, VcpuInfo } from '../../model/index.js';
import { column, cpuSeconds, nameColumn } from './columns.js';
import { cpuList } from './cpu-list.js';

export const VCPU_LIST_HEADER =
  'Name                                ID  VCPU   CPU State   Time(s) Affinity (Hard / Soft)\n';

/** The rows of `xl vcpu-list` for one domain (print_domain_vcpuinfo of xl_vcpu.c). */
export function renderVcpus({ name, domid, vcpus }: DomainVcpus, hostCpus: number): string {
  const head = `${nameColumn(name, 32)} ${column(domid, 5)}`;
  return vcpus.map((vcpu) => `${head} ${row(vcpu, hostCpus)}\n`).join('');
}

function row(vcpu: VcpuInfo, hostCpus: number): string {
  const { online, running, blocked } = vcpu;
  const state = `${online && running ? 'r' : '-'}${online && blocked ? 'b' : '-'}${online ? '-' : 'p'}`;
  return [
    column(vcpu.vcpu, 5),
    column(online ? vcpu.cpu : '-', 5),
    `   ${state} `,
    `${column(cpuSeconds(vcpu.cpuTimeNs), 9)}  `,
    `${cpuList(vcpu.hardAffinity, hostCpus)} / ${cpuList(vcpu.softAffinity, hostCpus)}`,
  ].join('');
}
