const DOM0_UUID = '00000000-0000-0000-0000-000000000000';
const DOM0_MANUAL =
  'cpu_time handle maxmem_KiB memory_KiB online_vcpus running vcpu_avail vcpus vm';
const DOM0_VM =
  'maxmem memory name on_crash on_poweroff on_reboot on_xend_start on_xend_stop uuid vcpu_avail ' +
  'vcpus';

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
  ...below('/local/domain/0', DOM0_MANUAL.split(' '), 'n0'),
  '/local/pool n0',
  '/local/pool/0 n0',
  '/local/pool/0/name n0',
  '/tool n0',
  '/tool/xenstored n0',
  '/vm n0',
  `/vm/${DOM0_UUID} n0`,
  ...below(`/vm/${DOM0_UUID}`, DOM0_VM.split(' '), 'n0'),
].sort();

const BACK_ENDS = {
  console: 'domain frontend frontend-id online protocol state',
  vbd:
    'bootable dev device-type discard-enable domain feature-flush-cache ' +
    'feature-max-indirect-segments feature-persistent frontend frontend-id hotplug-status info ' +
    'max-ring-page-order mode multi-queue-max-queues node online params physical-device ' +
    'physical-device-path physical-sector-size removable script sector-size sectors ' +
    'specification state type',
  vif:
    'bridge domain feature-rx-copy feature-rx-flip feature-sg feature-split-event-channels frontend ' +
    'frontend-id handle hotplug-status mac multi-queue-max-queues online script state type',
  vkbd: 'domain feature-abs-pointer feature-raw-pointer frontend frontend-id online state',
};

const RECORDS = {
  console: 'backend frontend frontend-id online protocol state',
  vbd:
    'backend bootable dev device-type discard-enable frontend frontend-id mode online params ' +
    'removable script specification state type',
  vif: 'backend bridge frontend frontend-id handle hotplug-status mac online script state type',
  vkbd: 'backend frontend frontend-id online state',
};

const DEVICE_IDS = { console: 0, vbd: 51712, vif: 0, vkbd: 0 };
const KINDS = ['console', 'vbd', 'vif'] as const;
type Kind = keyof typeof DEVICE_IDS;

/** Of the domain's home: what the guest may read, what it owns, what its drivers own. */
const GUEST_READS =
  'console console/backend console/limit console/output console/port console/ring-ref ' +
  'console/tty console/type control control/platform-feature-multiprocessor-suspend ' +
  'control/platform-feature-xs_reset_watches cpu cpu_time cpu_weight device device-misc ' +
  'device-misc/vif device-misc/vif/nextDeviceID device/suspend device/vbd device/vif ' +
  'device/vif/0/mtu domid handle image maxmem_KiB memory memory/static-max memory/target ' +
  'memory/videoram memory_KiB name on_crash on_poweroff on_reboot online_vcpus running store ' +
  'store/port store/ring-ref vcpu_avail vcpus vm';
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
  'device device/console device/vbd device/vif domains domains/DOMID image image/cmdline ' +
  'image/kernel maxmem memory name on_crash on_poweroff on_reboot on_xend_start on_xend_stop ' +
  'pool_name shadow_memory ssidref start_time uuid vcpu_avail vcpus';
const POINTERS = 'backend backend-id frontend frontend-id';

export interface ExpectedDomain {
  /** Entries of `/vm/<uuid>` that only some types have. */
  readonly vmKeys: readonly string[];
  readonly maxVcpus: number;
  readonly isHvm?: true;
}

/** What only HVM guests have: of the home, what they read and what they own. */
const HVM_READS =
  'hvmloader platform platform/acpi platform/acpi_laptop_slate platform/acpi_s3 platform/acpi_s4 ' +
  'platform/device-model device/vkbd';
const HVM_OWNS = 'control/feature-s3 control/feature-s4';
const HVM_FRONT_ENDS =
  'device/vkbd/0 device/vkbd/0/backend device/vkbd/0/backend-id device/vkbd/0/event-channel ' +
  'device/vkbd/0/page-gref device/vkbd/0/request-abs-pointer device/vkbd/0/state';
const HVM_VM = 'rtc rtc/timeoffset device/vkbd';

/**
 * What belongs in the store of a host with one running domain that has one disk and one network
 * interface, sorted. The domain's numbers are written DOMID and UUID.
 */
export function oneDomain({ vmKeys, maxVcpus, isHvm }: ExpectedDomain): string[] {
  const cpus = Array.from({ length: maxVcpus }, (_, cpu) => [
    `cpu/${cpu}`,
    `cpu/${cpu}/availability`,
  ]);
  const kinds: readonly Kind[] = isHvm ? [...KINDS, 'vkbd'] : KINDS;
  const onlyHvm = (keys: string): string[] => (isHvm ? keys.split(' ') : []);
  return [
    ...IDLE_HOST,
    '/local/domain/0/backend n0',
    ...kinds.flatMap(backEnd),
    '/libxl n0',
    '/libxl/DOMID n0',
    '/libxl/DOMID/device n0',
    '/libxl/DOMID/dm-version n0',
    '/libxl/DOMID/type n0',
    ...kinds.flatMap(record),
    '/local/domain/DOMID n0,rDOMID',
    ...below(
      '/local/domain/DOMID',
      [...GUEST_READS.split(' '), ...onlyHvm(HVM_READS), ...cpus.flat()],
      'n0,rDOMID',
    ),
    ...below('/local/domain/DOMID', [...GUEST_OWNS.split(' '), ...onlyHvm(HVM_OWNS)], 'nDOMID'),
    ...below(
      '/local/domain/DOMID',
      [...FRONT_ENDS.split(' '), ...onlyHvm(HVM_FRONT_ENDS)],
      'nDOMID,r0',
    ),
    '/vm/UUID n0,rDOMID',
    ...below(
      '/vm/UUID',
      [...VM.split(' '), ...vmKeys, ...onlyHvm(HVM_VM), ...kinds.flatMap(pointers)],
      'n0,rDOMID',
    ),
  ].sort();
}

function backEnd(kind: Kind): string[] {
  const parent = `/local/domain/0/backend/${kind}`;
  const home = `${parent}/DOMID/${DEVICE_IDS[kind]}`;
  return [
    `${parent} n0`,
    `${parent}/DOMID n0`,
    `${home} n0,rDOMID`,
    ...below(home, BACK_ENDS[kind].split(' '), 'n0,rDOMID'),
  ];
}

function record(kind: Kind): string[] {
  const parent = `/libxl/DOMID/device/${kind}`;
  const home = `${parent}/${DEVICE_IDS[kind]}`;
  return [`${parent} n0`, `${home} n0`, ...below(home, RECORDS[kind].split(' '), 'n0')];
}

function pointers(kind: Kind): string[] {
  const home = `device/${kind}/${DEVICE_IDS[kind]}`;
  return [home, ...POINTERS.split(' ').map((name) => `${home}/${name}`)];
}

function below(parent: string, names: readonly string[], permissions: string): string[] {
  return names.map((name) => `${parent}/${name} ${permissions}`);
}
