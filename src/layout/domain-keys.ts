import type { DetailFacts, RingFacts, SkeletonFacts } from './facts.js';
import type { KeyTable } from './key.js';
import { vmPath } from './paths.js';

const EMPTY = (): string => '';
const ONE = (): string => '1';

/** `/local/domain/<domid>`, from the domain's creation on (libxl__domain_make). */
export const SKELETON: KeyTable<SkeletonFacts> = [
  { path: '', about: "the domain's home", access: 'guest-reads', value: EMPTY },
  {
    path: 'vm',
    about: 'path of what outlives the domid: /vm/<uuid>',
    access: 'guest-reads',
    value: ({ config }) => vmPath(config.uuid),
  },
  { path: 'name', about: "the domain's name", access: 'guest-reads', value: ({ name }) => name },
  { path: 'cpu', about: 'directory of vcpus', access: 'guest-reads', value: EMPTY },
  { path: 'memory', about: 'directory of memory sizes', access: 'guest-reads', value: EMPTY },
  { path: 'device', about: 'directory of front ends', access: 'guest-reads', value: EMPTY },
  {
    path: 'device/suspend',
    about: 'directory of the suspend channel',
    access: 'guest-reads',
    value: EMPTY,
  },
  {
    path: 'device/suspend/event-channel',
    about: 'event channel port by which the guest takes suspend requests; empty: none',
    access: 'guest-owns',
    writer: 'guest',
    value: EMPTY,
  },
  { path: 'control', about: 'directory of requests', access: 'guest-reads', value: EMPTY },
  {
    path: 'control/shutdown',
    about: 'poweroff, reboot, halt or suspend; the guest empties it to acknowledge',
    access: 'guest-owns',
    value: EMPTY,
  },
  ...['poweroff', 'reboot', 'suspend'].map((request) => ({
    path: `control/feature-${request}`,
    about: `1 when the guest obeys ${request}`,
    access: 'guest-owns' as const,
    writer: 'guest' as const,
    value: EMPTY,
  })),
  {
    path: 'control/sysrq',
    about: 'one character, for the magic system request of Linux',
    access: 'guest-owns',
    value: EMPTY,
  },
  ...['data', 'drivers', 'feature', 'attr', 'error'].map((name) => ({
    path: name,
    about: "the guest's own",
    access: 'guest-owns' as const,
    writer: 'guest' as const,
    value: EMPTY,
  })),
  {
    path: 'control/platform-feature-multiprocessor-suspend',
    about: '1: the toolstack saves all vcpus of a suspended guest',
    access: 'guest-reads',
    value: ONE,
  },
  {
    path: 'control/platform-feature-xs_reset_watches',
    about: '1: the store knows RESET_WATCHES',
    access: 'guest-reads',
    value: ONE,
  },
  ...(['onPoweroff', 'onReboot', 'onCrash'] as const).map((action) => ({
    path: action.replace('on', 'on_').toLowerCase(),
    about: 'what is done when the domain stops so: destroy, restart, preserve, rename-restart …',
    access: 'guest-reads' as const,
    layout: 'manual' as const,
    value: ({ config }: SkeletonFacts) => config[action],
  })),
];

/** `/local/domain/<domid>`, once memory, vcpus and channels are there (libxl__build_post). */
export const DETAILS: KeyTable<DetailFacts> = [
  {
    path: 'memory/static-max',
    about: 'most memory the domain may balloon up to, KiB',
    access: 'guest-reads',
    value: ({ config }) => String(config.maxMemoryKib),
  },
  {
    path: 'memory/target',
    about: 'memory the domain is to balloon to, KiB',
    access: 'guest-reads',
    value: ({ config }) => String(config.memoryKib - (config.videoRamKib ?? 0)),
  },
  {
    path: 'memory/videoram',
    about: 'memory of the emulated screen, KiB',
    access: 'guest-reads',
    value: ({ config }) => String(config.videoRamKib ?? 0),
  },
  {
    path: 'domid',
    about: "the domain's number",
    access: 'guest-reads',
    value: ({ domid }) => String(domid),
  },
  {
    path: 'store/port',
    about: "event channel port of the guest's end of the store ring",
    access: 'guest-reads',
    value: ({ storePort }) => String(storePort),
  },
  {
    path: 'cpu/<vcpu>/availability',
    about: 'online or offline',
    access: 'guest-reads',
    value: ({ config }, vcpu) => (Number(vcpu) < config.vcpus ? 'online' : 'offline'),
    each: ({ config }) => Array.from({ length: config.maxVcpus }, (_, vcpu) => String(vcpu)),
  },
];

/** `/local/domain/<domid>`, once the guest's memory stands. */
export const RINGS: KeyTable<RingFacts> = [
  {
    path: 'store/ring-ref',
    about: 'page frame of the store ring, decimal',
    access: 'guest-reads',
    value: ({ storeFrame }) => storeFrame,
  },
];

/** `/libxl/<domid>`, where xl's commands look. */
export const LIBXL_SKELETON: KeyTable<SkeletonFacts> = [
  { path: '', about: 'what libxl keeps of the domain', access: 'hidden', value: EMPTY },
  { path: 'device', about: 'directory of devices', access: 'hidden', value: EMPTY },
  {
    path: 'type',
    about: 'pv, pvh or hvm',
    access: 'hidden',
    value: ({ config }) => config.type,
  },
  {
    path: 'dm-version',
    about: 'which device model: qemu_xen',
    access: 'hidden',
    value: () => 'qemu_xen',
  },
];
