import { kibToMib } from '../model/index.js';
import type { VmFacts } from './facts.js';
import type { FormatName } from './format.js';
import { type Key, type KeyTable, keysOf } from './key.js';
import { availabilityBitmap, DEFAULT_POOL, imageExpression } from './manual-values.js';
import { onXend } from './on-xend.js';

const key = keysOf<VmFacts>('incarnations-read');
const manual = keysOf<VmFacts>('incarnations-read', { source: 'manual' });
const xend = keysOf<VmFacts>('incarnations-read', { source: 'xend' });

type Value = (facts: VmFacts) => string | undefined;

/** xl says nothing of what a PVH guest was booted from. */
function unlessPvh(value: Value): Value {
  return (facts) => (facts.config.type === 'pvh' ? undefined : value(facts));
}

/** xl tells only of PV guests what they were booted from. */
function image(name: string, format: FormatName, about: string, value: Value): Key<VmFacts> {
  return key(
    `image/${name}`,
    format,
    about,
    (facts) => (facts.config.type === 'pv' ? value(facts) : undefined),
    { manual: { value } },
  );
}

/** `/vm/<uuid>`: what is true of the domain whatever its domid, written by its first incarnation. */
export const VM: KeyTable<VmFacts> = [
  key('', 'directory', 'what outlives the domid', () => ''),
  key('uuid', 'uuid', "the domain's UUID", ({ config }) => config.uuid),
  key('name', 'name', "the domain's name", ({ config }) => config.name),
  key('start_time', 'time', 'when the domain was created', ({ startTime }) => startTime),
  key(
    'image',
    'directory',
    'directory of what it was booted from',
    unlessPvh(() => ''),
    {
      manual: {
        about: 'the same as an expression',
        format: 'sxp',
        value: ({ config }) => imageExpression(config),
      },
    },
  ),
  key(
    'image/ostype',
    ['linux', 'hvm', 'vmx'],
    'the kind of guest; absent for PVH',
    unlessPvh(({ config }) => (config.type === 'hvm' ? 'hvm' : 'linux')),
  ),
  image('kernel', 'file', 'the kernel', ({ config }) => config.kernel),
  image('ramdisk', 'file', 'the initial ramdisk', ({ config }) => config.ramdisk),
  image('cmdline', 'text', "the kernel's command line", ({ config }) =>
    config.kernel === undefined ? undefined : config.cmdline,
  ),
  key(
    'rtc/timeoffset',
    'seconds?',
    "the clock's distance from UTC, of an HVM guest",
    ({ config }) => {
      if (config.type !== 'hvm') return undefined;
      return config.rtcTimeOffset === 0 ? '' : String(config.rtcTimeOffset);
    },
  ),
  manual('ssidref', 'number', 'reference of the security label', () => '0'),
  manual(
    'on_poweroff',
    'action',
    'what is done when the guest powers off',
    ({ config }) => config.onPoweroff,
  ),
  manual(
    'on_reboot',
    'action',
    'what is done when the guest reboots',
    ({ config }) => config.onReboot,
  ),
  manual(
    'on_crash',
    'action',
    'what is done when the guest crashes',
    ({ config }) => config.onCrash,
  ),
  ...onXend(xend),
  manual('vcpus', 'number', 'vcpus, online or not', ({ config }) => String(config.maxVcpus)),
  manual('vcpu_avail', 'bitmap', 'vcpus online at the start', ({ config }) =>
    availabilityBitmap(config),
  ),
  manual('memory', 'mib', 'memory the domain is to have', ({ config }) =>
    String(kibToMib(config.memoryKib)),
  ),
  manual('maxmem', 'mib', 'most memory the domain may have', ({ config }) =>
    String(kibToMib(config.maxMemoryKib)),
  ),
  xend('shadow_memory', 'mib', 'memory for shadow page tables', ({ config }) =>
    config.shadowMemoryKib === undefined ? '0' : String(kibToMib(config.shadowMemoryKib)),
  ),
  xend('pool_name', 'text', 'the cpupool it runs in', ({ config }) => config.pool ?? DEFAULT_POOL),
  xend('bootloader', 'file', 'what finds the kernel', ({ config }) => config.bootloader),
  xend('bootloader_args', 'text', 'arguments of the boot loader', ({ config }) =>
    config.bootloader === undefined ? undefined : config.bootloaderArgs.join(' '),
  ),
  xend('image/dmargs', 'text', 'arguments of the device model of an HVM guest', ({ config }) =>
    config.type === 'hvm' ? text(config.kept.device_model_args) : undefined,
  ),
  xend('image/device-model', 'file', 'the device model of an HVM guest', ({ config }) =>
    config.type === 'hvm' ? text(config.kept.device_model_override) : undefined,
  ),
  xend(
    'image/display',
    'text',
    'the X display of its screen',
    ({ config }) => config.display?.display,
  ),
];

function text(value: unknown): string | undefined {
  if (Array.isArray(value)) return value.map(String).join(' ');
  return typeof value === 'string' ? value : undefined;
}

/** `/vm/<uuid>/domains/<domid>`: one for each incarnation on this host; the last out removes all. */
export const VM_REFERENCE: KeyTable<{ readonly domid: number }> = [
  keysOf<{ readonly domid: number }>('incarnations-read', {
    source: 'domovoi',
    life: 'incarnation',
  })('domains/<domid>', 'directory', 'an incarnation that uses this directory', () => '', {
    each: ({ domid }) => [String(domid)],
  }),
];

/** What xend wrote here and nobody does today. */
export const VM_FORMER: KeyTable<never> = [
  xend('xend/restart_in_progress', 'text', 'True while xend restarts the domain'),
  xend('xend/previous_restart_time', 'time', 'when xend restarted it last'),
  xend('xend/restart_count', 'number', 'how often xend restarted it'),
  xend('xend/last_shutdown_reason', 'text', 'why the guest stopped last'),
  xend('vncpasswd', 'text', "VNC's password of an HVM guest, in clear"),
];
