import type { HostInfo } from '../hypervisor/hypervisor.js';
import type { HostDetails } from '../model/index.js';
import { kib, kibToMib } from '../model/index.js';

const MAJOR = 4;
const MINOR = 17;
const EXTRA = '.0-domovoi';
const CPU_KHZ = 2_400_000;
const COMMAND_LINE = 'dom0_mem=1024M,max:1024M';

/** The embedded machine as `xl info` shows a host: a Xen 4.17 on one socket. */
export function describeHost(host: HostInfo): HostDetails {
  return {
    nrCpus: host.cpus,
    maxCpuId: host.cpus - 1,
    nrNodes: 1,
    coresPerSocket: host.cpus,
    threadsPerCore: 1,
    cpuKhz: CPU_KHZ,
    hwCaps: '178bf3fd:80002001:20100800:00000007:00000000:00000000:00000000:00000000',
    virtCaps: ['pv', 'hvm', 'hap', 'shadow', 'gnttab-v1', 'gnttab-v2'],
    totalMemoryKib: host.totalMemoryKib,
    freeMemoryKib: host.freeMemoryKib,
    outstandingClaimsKib: kib(0),
    sharingFreedKib: kib(0),
    sharingUsedKib: kib(0),
    freeCpus: 0,
    scheduler: 'credit2',
    xen: {
      major: MAJOR,
      minor: MINOR,
      extra: EXTRA,
      capabilities: 'xen-3.0-x86_64 hvm-3.0-x86_32 hvm-3.0-x86_32p hvm-3.0-x86_64 ',
      pageSize: 4096,
      platformParameters: '0xffff800000000000',
      changeset: '',
      commandline: COMMAND_LINE,
      compiler: `node ${process.version}`,
      compileBy: 'domovoi',
      compileDomain: 'localhost',
      compileDate: 'Thu Jan  1 00:00:00 UTC 1970',
      buildId: '0'.repeat(40),
    },
  };
}

/** What Xen says while it boots. */
export function bootMessages(host: HostInfo): string[] {
  const { xen } = describeHost(host);
  return [
    `Xen version ${xen.major}.${xen.minor}${xen.extra} (${xen.compileBy}@${xen.compileDomain}) (${xen.compiler})`,
    `build-id: ${xen.buildId}`,
    `Command line: ${xen.commandline}`,
    `System RAM: ${kibToMib(host.totalMemoryKib)}MB (${host.totalMemoryKib}kB)`,
    `SMP: Allowing ${host.cpus} CPUs (0 hotplug CPUs)`,
    'Using scheduler: SMP Credit Scheduler rev2 (credit2)',
    '*** LOADING DOMAIN 0 ***',
    `Dom0 has maximum ${host.cpus} VCPUs`,
  ];
}
