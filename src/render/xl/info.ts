import { type HostReport, kibToMib } from '../../model/index.js';
import { escapeText } from '../escape.js';
import { column, inLines } from './columns.js';

/** The version of the configuration format that xend left behind. */
const CONFIG_FORMAT = 4;
/** ACPI's distance of a node from itself. */
const OWN_DISTANCE = 10;

/** The fields of `xl info`, in its order (main_info of xl_info.c), with their values. */
export function infoFields(host: HostReport): Map<string, string> {
  return new Map(
    [...systemFields(host), ...physicalFields(host), ...xenFields(host)].map(([field, value]) => [
      field,
      escapeText(String(value)),
    ]),
  );
}

/** What `xl info` prints; `numa` adds the topology (`-n`). */
export function renderInfo(host: HostReport, { numa }: { readonly numa: boolean }): string {
  const lines = [...infoFields(host)].map(([field, value]) => `${column(field, -23)}: ${value}`);
  // The topology stands between what the processors and what Xen says of itself.
  const physical = systemFields(host).length + physicalFields(host).length;
  return inLines([
    ...lines.slice(0, physical),
    ...(numa ? topology(host) : []),
    ...lines.slice(physical),
  ]);
}

type Fields = readonly (readonly [field: string, value: string | number])[];

function systemFields({ system }: HostReport): Fields {
  return [
    ['host', system.host],
    ['release', system.release],
    ['version', system.version],
    ['machine', system.machine],
  ];
}

function physicalFields(host: HostReport): Fields {
  const khz = String(host.cpuKhz % 1000).padStart(3, '0');
  return [
    ['nr_cpus', host.nrCpus],
    ['max_cpu_id', host.maxCpuId],
    ['nr_nodes', host.nrNodes],
    ['cores_per_socket', host.coresPerSocket],
    ['threads_per_core', host.threadsPerCore],
    ['cpu_mhz', `${Math.floor(host.cpuKhz / 1000)}.${khz}`],
    ['hw_caps', host.hwCaps],
    ['virt_caps', host.virtCaps.join(' ')],
    ['total_memory', kibToMib(host.totalMemoryKib)],
    ['free_memory', kibToMib(host.freeMemoryKib)],
    ['sharing_freed_memory', kibToMib(host.sharingFreedKib)],
    ['sharing_used_memory', kibToMib(host.sharingUsedKib)],
    ['outstanding_claims', kibToMib(host.outstandingClaimsKib)],
    ['free_cpus', host.freeCpus],
  ];
}

function xenFields({ scheduler, xen }: HostReport): Fields {
  return [
    ['xen_major', xen.major],
    ['xen_minor', xen.minor],
    ['xen_extra', xen.extra],
    ['xen_version', `${xen.major}.${xen.minor}${xen.extra}`],
    ['xen_caps', xen.capabilities],
    ['xen_scheduler', scheduler],
    ['xen_pagesize', xen.pageSize],
    ['platform_params', `virt_start=${xen.platformParameters}`],
    ['xen_changeset', xen.changeset],
    ['xen_commandline', xen.commandline],
    ['cc_compiler', xen.compiler],
    ['cc_compile_by', xen.compileBy],
    ['cc_compile_domain', xen.compileDomain],
    ['cc_compile_date', xen.compileDate],
    ['build_id', xen.buildId],
    ['xend_config_format', CONFIG_FORMAT],
  ];
}

/** All processors are taken to be on node 0: nothing here knows of more. */
function topology(host: HostReport): string[] {
  const threads = Math.max(1, host.threadsPerCore);
  const perSocket = Math.max(1, host.coresPerSocket) * threads;
  const cpus = Array.from({ length: host.nrCpus }, (_, cpu) => {
    const core = Math.floor((cpu % perSocket) / threads);
    const socket = Math.floor(cpu / perSocket);
    return `${column(cpu, 3)}:    ${column(core, 4)}     ${column(socket, 4)}     ${column(0, 4)}`;
  });
  const total = kibToMib(host.totalMemoryKib);
  const free = kibToMib(host.freeMemoryKib);
  return [
    'cpu_topology           :',
    'cpu:    core    socket     node',
    ...cpus,
    'device topology        :',
    'device           node',
    'No device topology data available',
    'numa_info              :',
    'node:    memsize    memfree    distances',
    `${column(0, 4)}:    ${column(total, 6)}     ${column(free, 6)}      ${OWN_DISTANCE}`,
  ];
}
