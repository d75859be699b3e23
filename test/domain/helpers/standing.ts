import { parseDomainConfig } from '../../../src/config/index.js';
import {
  planConfigUpdate,
  planMemMax,
  planMemSet,
  planPause,
  planRename,
  planResume,
  planScheduling,
  planStop,
  planSuspend,
  planSysrq,
  planTrigger,
  planUnpause,
  planVcpuPin,
  planVcpuSet,
  type Standing,
} from '../../../src/domain/index.js';
import { type DomainInfo, domid, mibToKib, type Plan, uuid } from '../../../src/model/index.js';

const UUID = uuid('5d0d2b40-0000-4000-8000-000000000001');
export const ALL_CPUS = [0, 1, 2, 3];
export const HOST_CPUS = { maxCpuId: 3, nrNodes: 1 };
export const MEMORY = {
  targetKib: mibToKib(8),
  maxKib: mibToKib(16),
  videoRamKib: mibToKib(0),
};
export const VCPUS = [0, 1].map((vcpu) => ({
  vcpu,
  online: true,
  blocked: false,
  running: false,
  cpu: 0,
  cpuTimeNs: 0,
  hardAffinity: ALL_CPUS,
  softAffinity: ALL_CPUS,
}));

/** A running domain of two vcpus and 8 MiB, domid 4, called web. */
export function standing(info: Partial<DomainInfo> = {}, extra = ''): Standing {
  const text = `name="web"\ntype="pv"\nmemory=8\nmaxmem=16\nvcpus=2\nkernel="/k"\n${extra}`;
  const config = { ...parseDomainConfig(text, { file: 'x.cfg' }).config, uuid: UUID };
  return {
    name: 'web',
    config,
    info: {
      domid: domid(4),
      uuid: UUID,
      type: 'pv',
      running: true,
      blocked: false,
      paused: false,
      shutdown: undefined,
      dying: false,
      memoryKib: config.memoryKib,
      maxMemoryKib: config.maxMemoryKib,
      vcpus: 2,
      maxVcpus: 2,
      cpupool: 0,
      cpuTimeNs: 0,
      ...info,
    },
  };
}

const NEXT = parseDomainConfig('name="web"\nkernel="/k"', { file: 'x.cfg' }).config;

/** The plans of all that changes a domain where it is. */
export function everyChange(): Plan[] {
  return [
    planPause(standing()),
    planUnpause(standing({ paused: true })),
    planSuspend(standing()),
    planResume(standing({ shutdown: 'suspend' })),
    planStop('shutdown', standing(), { hears: true, fallback: false }),
    planStop('reboot', standing(), { hears: false, fallback: true }),
    planRename(standing(), 'other'),
    planMemSet(standing(), mibToKib(6), MEMORY),
    planMemMax(standing(), mibToKib(32), MEMORY),
    planVcpuSet(standing(), 1, 4),
    planVcpuPin(
      standing(),
      { vcpu: 'all', hard: '0-1', soft: undefined },
      { vcpus: VCPUS, host: HOST_CPUS },
    ),
    planScheduling(standing(), { weight: 512 }, { weight: 256, cap: 0 }),
    planTrigger(standing(), 'nmi', 1),
    planSysrq(standing(), 's'),
    planConfigUpdate(standing(), NEXT),
  ];
}
