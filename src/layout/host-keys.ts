import { DOM0_UUID, type DomainInfo, kibToMib } from '../model/index.js';
import { type KeyTable, keysOf } from './key.js';
import { handleOf } from './manual-values.js';
import { onXend } from './on-xend.js';
import { vmPath } from './paths.js';

/*
 * What is there without any guest.
 */

export interface Dom0Facts {
  readonly info: DomainInfo;
}

const boot = keysOf<never>('hidden', { writer: 'domain 0', life: 'host' });
const manual = keysOf<Dom0Facts>('hidden', { source: 'manual', life: 'host' });
const xend = keysOf<Dom0Facts>('hidden', { source: 'xend', life: 'host' });

/** `/local/domain/0`, by xen-init-dom0 and by domain 0's kernel. */
export const DOM0_BOOT: KeyTable<never> = [
  boot('', 'directory', "domain 0's home"),
  boot('domid', 'domid', '0'),
  boot('name', 'name', 'Domain-0'),
  boot('control', 'directory', 'directory of requests'),
  ...['poweroff', 'reboot', 'suspend'].map((request) =>
    boot(
      `control/feature-${request}`,
      ['', '0', '1'],
      `whether domain 0 obeys ${request}`,
      undefined,
      {
        source: 'xen',
      },
    ),
  ),
  boot('memory/target', 'kib', 'memory domain 0 is to balloon to', undefined, {
    writer: 'toolstack',
    life: 'run time',
  }),
  boot('memory/static-max', 'kib', 'most memory domain 0 may have', undefined, {
    writer: 'toolstack',
    life: 'run time',
  }),
  boot('memory/freemem-slack', 'kib', 'memory that is kept free besides', undefined, {
    writer: 'toolstack',
    life: 'run time',
  }),
  boot('libxl/disable_udev', 'bit', '1: the toolstack runs hotplug scripts, not udev', undefined, {
    writer: 'toolstack',
  }),
  boot('backend', 'directory', 'directory of back ends'),
];

/** `/local/domain/0`, as xend wrote it when it started. */
export const DOM0_MANUAL: KeyTable<Dom0Facts> = [
  manual('vm', 'path', "domain 0's entry below /vm", () => vmPath(DOM0_UUID)),
  manual('handle', 'handle', "the hypervisor's handle of the domain", () => handleOf(DOM0_UUID)),
  manual('running', 'bit', '1: domain 0 always runs', () => '1'),
  manual('cpu_time', 'ns', 'CPU time used when the toolstack started', ({ info }) =>
    String(info.cpuTimeNs),
  ),
  manual('maxmem_KiB', 'kib', 'most memory domain 0 may have', ({ info }) =>
    String(info.maxMemoryKib),
  ),
  manual('memory_KiB', 'kib', 'memory domain 0 has', ({ info }) => String(info.memoryKib)),
  manual('vcpus', 'number', 'vcpus', ({ info }) => String(info.vcpus)),
  manual('online_vcpus', 'number', 'vcpus online', ({ info }) => String(info.vcpus)),
  manual('vcpu_avail', 'bitmap', 'vcpus that domain 0 may use', bitmap),
];

/** `/vm/00000000-0000-0000-0000-000000000000`, likewise. */
export const DOM0_VM: KeyTable<Dom0Facts> = [
  manual('', 'directory', 'what outlives the domid, which for domain 0 is always 0', () => ''),
  manual('uuid', 'uuid', "domain 0's UUID: zeros", () => DOM0_UUID),
  manual('name', 'name', 'Domain-0', () => 'Domain-0'),
  manual('on_poweroff', 'action', 'what is done when domain 0 powers off', () => 'destroy'),
  manual('on_reboot', 'action', 'what is done when domain 0 reboots', () => 'restart'),
  manual('on_crash', 'action', 'what is done when domain 0 crashes', () => 'restart'),
  ...onXend(xend),
  manual('vcpus', 'number', 'vcpus', ({ info }) => String(info.vcpus)),
  manual('vcpu_avail', 'bitmap', 'vcpus that domain 0 may use', bitmap),
  manual('memory', 'mib', 'memory domain 0 has', ({ info }) => String(kibToMib(info.memoryKib))),
  manual('maxmem', 'mib', 'most memory domain 0 may have', ({ info }) =>
    String(kibToMib(info.maxMemoryKib)),
  ),
];

function bitmap({ info }: Dom0Facts): string {
  return String((1n << BigInt(info.vcpus)) - 1n);
}

/** `/local/domain/0/device-model/<domid>`: how the device model of a domain is. */
export const DEVICE_MODEL: KeyTable<never> = (() => {
  const model = keysOf<never>('hidden', { writer: 'device model', life: 'device model' });
  return [
    model('', 'directory', 'the device model of a domain', undefined, { writer: 'toolstack' }),
    model('state', ['running', 'paused'], 'how it is'),
    model('backends/<kind>', 'directory', 'a kind of back end that it serves'),
    model('physmap/<address>/start_addr', 'text', 'where a piece of memory is, hexadecimal'),
    model('physmap/<address>/size', 'text', 'its size, hexadecimal'),
    model('physmap/<address>/name', 'text', 'what it is'),
  ];
})();

/** `/tool`. */
export const TOOL: KeyTable<never> = (() => {
  const tool = keysOf<never>('hidden', { life: 'host' });
  return [
    tool('', 'directory', 'what programs of domain 0 tell each other'),
    tool('xenstored', 'directory', 'the store daemon', undefined, { writer: 'xenstored' }),
    tool(
      'xenstored/domid',
      'domid',
      'the domain in which the store daemon runs, if not 0',
      undefined,
      {
        writer: 'xenstored',
      },
    ),
    tool(
      'xenconsoled/domid',
      'domid',
      'the domain in which xenconsoled runs, if not 0',
      undefined,
      {
        writer: 'xenconsoled',
      },
    ),
  ];
})();

/** `/local/pool/<pool>`. */
export const POOL: KeyTable<never> = [
  boot('', 'directory', 'a cpupool'),
  boot('name', 'text', 'its name: Pool-0'),
  boot('uuid', 'uuid', 'its UUID', undefined, { writer: 'toolstack' }),
];
