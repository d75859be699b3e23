/** What belongs in the store of a host without guests: paths and permissions of `xenstore-ls -fp`. */
export const IDLE_HOST: readonly string[] = [
  '/local n0',
  '/local/domain n0',
  '/local/domain/0 n0',
  '/local/domain/0/control n0',
  '/local/domain/0/control/feature-poweroff n0',
  '/local/domain/0/control/feature-reboot n0',
  '/local/domain/0/control/feature-suspend n0',
  '/local/domain/0/domid n0',
  '/local/domain/0/name n0',
  '/local/pool n0',
  '/local/pool/0 n0',
  '/local/pool/0/name n0',
  '/tool n0',
  '/tool/xenstored n0',
];

const BACK_ENDS = {
  console: 'frontend frontend-id online protocol state',
  vbd:
    'bootable dev device-type discard-enable feature-flush-cache ' +
    'feature-max-indirect-segments feature-persistent frontend frontend-id hotplug-status info ' +
    'max-ring-page-order mode multi-queue-max-queues node online params physical-device ' +
    'physical-device-path physical-sector-size removable script sector-size sectors ' +
    'specification state type',
  vif:
    'bridge feature-rx-copy feature-rx-flip feature-sg feature-split-event-channels frontend ' +
    'frontend-id handle hotplug-status mac multi-queue-max-queues online script state type',
};

const RECORDS = {
  console: 'backend frontend frontend-id online protocol state',
  vbd:
    'backend bootable dev device-type discard-enable frontend frontend-id mode online params ' +
    'removable script specification state type',
  vif: 'backend bridge frontend frontend-id handle hotplug-status mac online script state type',
};

const DEVICE_IDS = { console: 0, vbd: 51712, vif: 0 };
const KINDS = ['console', 'vbd', 'vif'] as const;

/** Of the domain's home: what the guest may read, what it owns, what its drivers own. */
const GUEST_READS =
  'console console/backend console/limit console/output console/port console/ring-ref ' +
  'console/tty console/type control control/platform-feature-multiprocessor-suspend ' +
  'control/platform-feature-xs_reset_watches cpu device device/suspend device/vbd device/vif ' +
  'device/vif/0/mtu domid memory memory/static-max memory/target memory/videoram name on_crash ' +
  'on_poweroff on_reboot store store/port store/ring-ref vm';
const GUEST_OWNS =
  'attr control/feature-poweroff control/feature-reboot control/feature-suspend ' +
  'control/shutdown control/sysrq data device/suspend/event-channel drivers error feature';
const FRONT_ENDS =
  'console/backend-id device/vbd/51712 device/vbd/51712/backend device/vbd/51712/backend-id ' +
  'device/vbd/51712/device-type device/vbd/51712/event-channel ' +
  'device/vbd/51712/feature-persistent device/vbd/51712/protocol device/vbd/51712/ring-ref ' +
  'device/vbd/51712/state device/vbd/51712/trusted device/vbd/51712/virtual-device ' +
  'device/vif/0 device/vif/0/backend device/vif/0/backend-id device/vif/0/event-channel-rx ' +
  'device/vif/0/event-channel-tx device/vif/0/feature-rx-notify device/vif/0/feature-sg ' +
  'device/vif/0/handle device/vif/0/mac device/vif/0/multi-queue-num-queues ' +
  'device/vif/0/request-rx-copy device/vif/0/rx-ring-ref device/vif/0/state ' +
  'device/vif/0/trusted device/vif/0/tx-ring-ref';
const VM =
  'domains domains/DOMID image image/cmdline image/kernel maxmem memory name on_crash ' +
  'on_poweroff on_reboot start_time uuid vcpu_avail vcpus';

export interface ExpectedDomain {
  /** Entries of `/vm/<uuid>` that only some types have. */
  readonly vmKeys: readonly string[];
  readonly maxVcpus: number;
}

/**
 * What belongs in the store of a host with one running domain that has one disk and one network
 * interface, sorted. The domain's numbers are written DOMID and UUID.
 */
export function oneDomain({ vmKeys, maxVcpus }: ExpectedDomain): string[] {
  const cpus = Array.from({ length: maxVcpus }, (_, cpu) => [
    `cpu/${cpu}`,
    `cpu/${cpu}/availability`,
  ]);
  return [
    ...IDLE_HOST,
    '/local/domain/0/backend n0',
    ...KINDS.flatMap(backEnd),
    '/libxl n0',
    '/libxl/DOMID n0',
    '/libxl/DOMID/device n0',
    '/libxl/DOMID/dm-version n0',
    '/libxl/DOMID/type n0',
    ...KINDS.flatMap(record),
    '/local/domain/DOMID n0,rDOMID',
    ...below('/local/domain/DOMID', [...GUEST_READS.split(' '), ...cpus.flat()], 'n0,rDOMID'),
    ...below('/local/domain/DOMID', GUEST_OWNS.split(' '), 'nDOMID'),
    ...below('/local/domain/DOMID', FRONT_ENDS.split(' '), 'nDOMID,r0'),
    '/vm n0',
    '/vm/UUID n0,rDOMID',
    ...below('/vm/UUID', [...VM.split(' '), ...vmKeys], 'n0,rDOMID'),
  ].sort();
}

function backEnd(kind: (typeof KINDS)[number]): string[] {
  const parent = `/local/domain/0/backend/${kind}`;
  const home = `${parent}/DOMID/${DEVICE_IDS[kind]}`;
  return [
    `${parent} n0`,
    `${parent}/DOMID n0`,
    `${home} n0,rDOMID`,
    ...below(home, BACK_ENDS[kind].split(' '), 'n0,rDOMID'),
  ];
}

function record(kind: (typeof KINDS)[number]): string[] {
  const parent = `/libxl/DOMID/device/${kind}`;
  const home = `${parent}/${DEVICE_IDS[kind]}`;
  return [`${parent} n0`, `${home} n0`, ...below(home, RECORDS[kind].split(' '), 'n0')];
}

function below(parent: string, names: readonly string[], permissions: string): string[] {
  return names.map((name) => `${parent}/${name} ${permissions}`);
}
