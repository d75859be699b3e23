import type { DetailFacts } from './facts.js';
import { type KeyTable, keysOf } from './key.js';
import { availabilityBitmap, DEFAULT_WEIGHT, handleOf } from './manual-values.js';

const manual = keysOf<DetailFacts>('guest-reads', { source: 'manual', life: 'snapshot' });
const action = keysOf<DetailFacts>('guest-reads', { source: 'manual', life: 'details' });

/**
 * `/local/domain/<domid>`, as xend wrote it in the weeks of 2005 in which the manual was made: a
 * snapshot of all that it knew of the domain. See docs/decisions/0008-colliding-keys.md.
 */
export const MANUAL: KeyTable<DetailFacts> = [
  action(
    'on_poweroff',
    'action',
    'what is done when the guest powers off',
    ({ config }) => config.onPoweroff,
  ),
  action(
    'on_reboot',
    'action',
    'what is done when the guest reboots',
    ({ config }) => config.onReboot,
  ),
  action(
    'on_crash',
    'action',
    'what is done when the guest crashes',
    ({ config }) => config.onCrash,
  ),
  manual('handle', 'handle', "the hypervisor's handle of the domain: its UUID", ({ config }) =>
    handleOf(config.uuid),
  ),
  manual('running', 'bit', 'whether the toolstack lets the domain run', () => '0', {
    life: 'running',
  }),
  manual('cpu_time', 'ns', 'CPU time used', () => '0'),
  manual('cpu_weight', 'number', "the scheduler's weight, 1 to 65535", ({ config }) =>
    String(config.cpuWeight ?? DEFAULT_WEIGHT),
  ),
  manual('maxmem_KiB', 'kib', 'most memory the domain may have', ({ config }) =>
    String(config.maxMemoryKib),
  ),
  manual('memory_KiB', 'kib', 'memory the domain has', ({ config }) => String(config.memoryKib)),
  manual('vcpus', 'number', 'vcpus, online or not', ({ config }) => String(config.maxVcpus)),
  manual('vcpu_avail', 'bitmap', 'vcpus that the guest may use', ({ config }) =>
    availabilityBitmap(config),
  ),
  manual('online_vcpus', 'number', 'vcpus online', ({ config }) => String(config.vcpus)),
  manual(
    'device-misc/vif/nextDeviceID',
    'number',
    'number for the next network interface',
    ({ config }) =>
      config.vifs.length === 0
        ? undefined
        : String(Math.max(...config.vifs.map(({ devid }) => devid)) + 1),
    { life: 'run time' },
  ),
];

const described = keysOf<never>('guest-reads', { source: 'manual', life: 'skeleton' });
const xend = keysOf<never>('guest-reads', { source: 'xend', life: 'run time' });

/** What xend wrote, or would have, and nobody writes today. */
export const FORMER: KeyTable<never> = [
  described('security/ssidref', 'number', 'reference of the security label in the hypervisor'),
  described('security/access_control/label', 'text', 'name of the security label'),
  described('security/access_control/policy', 'text', 'name of the security policy'),
  xend('xend/shutdown_start_time', 'time', 'when the guest was asked to stop'),
  xend('xend/shutdown_completed', 'text', 'True once it has'),
  xend('xend/unresponsive', 'text', 'True when it did not within its time'),
  xend('description', 'text', 'what the user wrote of the domain'),
];
