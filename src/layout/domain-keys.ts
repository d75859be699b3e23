import { kibToMib } from '../model/index.js';
import type { DetailFacts, RingFacts, SkeletonFacts } from './facts.js';
import { type KeyTable, keysOf } from './key.js';
import { imageExpression, pinnedCpu } from './manual-values.js';
import { vmPath } from './paths.js';

const EMPTY = (): string => '';
const ONE = (): string => '1';
const FEATURE = ['', '0', '1'];

const reads = keysOf<SkeletonFacts>('guest-reads', { life: 'skeleton' });
const owns = keysOf<SkeletonFacts>('guest-owns', { life: 'skeleton' });

/** Only HVM guests have it. */
function hvmOnly<F extends SkeletonFacts>(
  value: (facts: F) => string,
): (facts: F) => string | undefined {
  return (facts) => (facts.config.type === 'hvm' ? value(facts) : undefined);
}

/** `/local/domain/<domid>`, from the domain's creation on (libxl__domain_make). */
export const SKELETON: KeyTable<SkeletonFacts> = [
  reads('', 'directory', "the domain's home", EMPTY),
  reads('vm', 'path', 'what outlives the domid: /vm/<uuid>', ({ config }) => vmPath(config.uuid)),
  reads('name', 'name', "the domain's name", ({ name }) => name),
  reads('cpu', 'directory', 'directory of vcpus', EMPTY, {
    manual: {
      about: 'the CPU that the domain is pinned to, if it is to one',
      format: 'number',
      value: ({ config }) => pinnedCpu(config.cpus),
    },
  }),
  reads('memory', 'directory', 'directory of memory sizes', EMPTY, {
    manual: {
      about: 'memory that the domain was given',
      format: 'mib',
      value: ({ config }) => String(kibToMib(config.memoryKib)),
    },
  }),
  reads('device', 'directory', 'directory of front ends', EMPTY),
  reads('device/suspend', 'directory', 'directory of the suspend channel', EMPTY),
  owns(
    'device/suspend/event-channel',
    'port?',
    'event channel by which the guest takes suspend requests; empty: it takes none so',
    EMPTY,
    { writer: 'guest' },
  ),
  reads('control', 'directory', 'directory of requests', EMPTY),
  owns(
    'control/shutdown',
    ['', 'poweroff', 'reboot', 'suspend', 'halt', 's3', 's4'],
    'what the guest is asked to do',
    EMPTY,
    { life: 'request' },
  ),
  ...['poweroff', 'reboot', 'suspend'].map((request) =>
    owns(`control/feature-${request}`, FEATURE, `whether the guest obeys ${request}`, EMPTY, {
      writer: 'guest',
    }),
  ),
  ...['s3', 's4'].map((state) =>
    owns(
      `control/feature-${state}`,
      FEATURE,
      `whether an HVM guest obeys ${state}`,
      hvmOnly(EMPTY),
      { writer: 'guest' },
    ),
  ),
  owns('control/sysrq', 'text', 'one character for the magic system request of Linux', EMPTY, {
    life: 'request',
  }),
  owns('data', 'text', "the guest's own: for any use", EMPTY, { writer: 'guest' }),
  owns('drivers', 'text', "the guest's own: its paravirtual drivers, by number", EMPTY, {
    writer: 'guest',
  }),
  owns('feature', 'text', "the guest's own: what it can do, as hotplug/vif", EMPTY, {
    writer: 'guest',
  }),
  owns('attr', 'text', "the guest's own: its names and addresses, as vif/0/ipv4/0", EMPTY, {
    writer: 'guest',
  }),
  owns('error', 'text', "the guest's own: errors of its drivers, by device", EMPTY, {
    writer: 'guest',
  }),
  reads(
    'control/platform-feature-multiprocessor-suspend',
    'bit',
    '1: the toolstack saves all vcpus of a suspended guest',
    ONE,
  ),
  reads(
    'control/platform-feature-xs_reset_watches',
    'bit',
    '1: the store knows RESET_WATCHES',
    ONE,
  ),
  reads('hvmloader', 'directory', 'what the firmware of an HVM guest reads', hvmOnly(EMPTY)),
];

const detail = keysOf<DetailFacts>('guest-reads', { life: 'details' });

/** `/local/domain/<domid>`, once memory, vcpus and channels are there (libxl__build_post). */
export const DETAILS: KeyTable<DetailFacts> = [
  detail('memory/static-max', 'kib', 'most memory the domain may balloon up to', ({ config }) =>
    String(config.maxMemoryKib),
  ),
  detail(
    'memory/target',
    'kib',
    'memory the domain is to balloon to',
    ({ config }) => String(config.memoryKib - (config.videoRamKib ?? 0)),
    { life: 'run time' },
  ),
  detail('memory/videoram', 'kib', 'memory of the emulated screen', ({ config }) =>
    String(config.videoRamKib ?? 0),
  ),
  detail('domid', 'domid', "the domain's number", ({ domid }) => String(domid)),
  detail('store/port', 'port', 'event channel of the ring to the store daemon', ({ storePort }) =>
    String(storePort),
  ),
  detail(
    'cpu/<vcpu>/availability',
    'availability',
    'whether the guest is to use the vcpu',
    ({ config }, vcpu) => (Number(vcpu) < config.vcpus ? 'online' : 'offline'),
    {
      each: ({ config }) => Array.from({ length: config.maxVcpus }, (_, vcpu) => String(vcpu)),
      life: 'run time',
    },
  ),
  detail('platform/acpi', 'bit', 'whether an HVM guest has ACPI', hvmOnly(flag('acpi', true))),
  ...['s3', 's4'].map((state) =>
    detail(
      `platform/acpi_${state}`,
      'bit',
      `whether an HVM guest has ACPI's ${state}`,
      hvmOnly(flag(`acpi_${state}`, true)),
    ),
  ),
  detail(
    'platform/acpi_laptop_slate',
    'bit',
    'whether an HVM guest has the laptop/slate device',
    hvmOnly(flag('acpi_laptop_slate', false)),
  ),
  detail(
    'platform/device-model',
    ['qemu_xen', 'qemu_xen_traditional'],
    'which device model an HVM guest has',
    hvmOnly(() => 'qemu_xen'),
  ),
  detail('image', 'directory', 'directory of the device model', undefined, {
    manual: {
      about: 'what the domain boots, for xend itself',
      format: 'sxp',
      value: ({ config }) => imageExpression(config),
    },
  }),
];

function flag(key: string, byDefault: boolean): (facts: SkeletonFacts) => string {
  return ({ config }) => {
    const value = config.kept[key];
    return (typeof value === 'boolean' ? value : byDefault) ? '1' : '0';
  };
}

/** `/local/domain/<domid>`, once the guest's memory stands. */
export const RINGS: KeyTable<RingFacts> = [
  keysOf<RingFacts>('guest-reads', { life: 'rings' })(
    'store/ring-ref',
    'frame',
    'frame of the ring to the store daemon',
    ({ storeFrame }) => storeFrame,
  ),
];
