import { kibToMib } from '../model/index.js';
import type { VmFacts } from './facts.js';
import type { Key, KeyTable } from './key.js';

/** `/vm/<uuid>`: what is true of the domain whatever its domid, written by its first incarnation. */
export const VM: KeyTable<VmFacts> = [
  key('', 'what outlives the domid', () => ''),
  key('uuid', 'lower case, 8-4-4-4-12', ({ config }) => config.uuid),
  key('name', "the domain's name", ({ config }) => config.name),
  key('start_time', 'when it was created, seconds since the epoch', ({ startTime }) => startTime),
  key('image', 'directory of what it was booted from', () => ''),
  key('image/ostype', 'linux or hvm; absent for PVH', ({ config }) => {
    if (config.type === 'pvh') return undefined;
    return config.type === 'hvm' ? 'hvm' : 'linux';
  }),
  key('image/kernel', 'path', ({ config }) => config.kernel),
  key('image/ramdisk', 'path', ({ config }) => config.ramdisk),
  key('image/cmdline', "the kernel's command line", ({ config }) =>
    config.kernel === undefined ? undefined : config.cmdline,
  ),
  manual('on_poweroff', 'destroy, restart, preserve …', ({ config }) => config.onPoweroff),
  manual('on_reboot', 'the same, for a reboot', ({ config }) => config.onReboot),
  manual('on_crash', 'the same, for a crash', ({ config }) => config.onCrash),
  manual('vcpus', 'a number', ({ config }) => String(config.maxVcpus)),
  manual('vcpu_avail', 'bitmap of the vcpus online, decimal', ({ config }) =>
    String((1n << BigInt(config.vcpus)) - 1n),
  ),
  manual('memory', 'MiB', ({ config }) => String(kibToMib(config.memoryKib))),
  manual('maxmem', 'MiB', ({ config }) => String(kibToMib(config.maxMemoryKib))),
];

/** `/vm/<uuid>/domains/<domid>`: one for each incarnation on this host; the last out removes all. */
export const VM_REFERENCE: KeyTable<{ readonly domid: number }> = [
  {
    path: 'domains/<domid>',
    about: 'an incarnation that uses this directory',
    access: 'incarnations-read',
    value: () => '',
    each: ({ domid }) => [String(domid)],
  },
];

function key(path: string, about: string, value: Key<VmFacts>['value']): Key<VmFacts> {
  return { path, about, access: 'incarnations-read', value };
}

function manual(path: string, about: string, value: Key<VmFacts>['value']): Key<VmFacts> {
  return { ...key(path, about, value), layout: 'manual' };
}
