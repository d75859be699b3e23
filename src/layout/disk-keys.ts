import type { DiskConfig } from '../config/index.js';
import {
  BACK_BY_OTHERS,
  BACK_HEAD,
  backKeys,
  bit,
  type DeviceFacts,
  FRONT_HEAD,
  frontKeys,
  RING_KEYS,
} from './device-keys.js';
import type { KeyTable } from './key.js';

export interface DiskFacts extends DeviceFacts {
  readonly disk: DiskConfig;
}

const TYPES = ['disk', 'cdrom'];
const front = frontKeys<DiskFacts>();
const back = backKeys<DiskFacts>();

/** `device/vbd/<id>` and `backend/vbd|qdisk/<domid>/<id>` (xen/public/io/blkif.h). */
export const VBD_FRONT: KeyTable<DiskFacts> = [
  ...FRONT_HEAD,
  front('virtual-device', 'vdev', 'which disk of the guest it is', ({ disk }) =>
    String(disk.devid),
  ),
  front('device-type', TYPES, 'what the guest takes it for', ({ disk }) => disk.deviceType),
  front('trusted', 'bit', 'whether the guest is to trust the back end', ({ disk }) =>
    bit(disk.trusted),
  ),
  front('protocol', 'text', 'ABI of the ring', () => 'x86_64-abi'),
];

export const VBD_BACK: KeyTable<DiskFacts> = [
  ...BACK_HEAD,
  back('params', 'text', 'path of the image, or format:path for qdisk', ({ address, disk }) => {
    if (disk.target === undefined) return '';
    return address.kind === 'qdisk' ? `${qemuFormat(disk)}:${disk.target}` : disk.target;
  }),
  back('script', 'file', 'the hotplug script', ({ address, disk }) =>
    address.kind === 'qdisk' ? undefined : disk.script,
  ),
  back('removable', 'bit', '1 for a removable medium', ({ disk }) =>
    bit(disk.deviceType === 'cdrom'),
  ),
  back('bootable', 'bit', '1 always', () => '1'),
  back('dev', 'text', 'name in the guest: xvda', ({ disk }) => disk.vdev),
  back('type', ['phy', 'qdisk'], 'who serves it', ({ address }) =>
    address.kind === 'qdisk' ? 'qdisk' : 'phy',
  ),
  back('mode', ['r', 'w'], 'whether the guest may write', ({ disk }) => disk.mode),
  back('device-type', TYPES, 'what the guest takes it for', ({ disk }) => disk.deviceType),
  back('direct-io-safe', 'bit', '1: the image may be opened past the page cache', ({ disk }) =>
    disk.directIoSafe ? '1' : undefined,
  ),
  back('discard-enable', 'bit', 'whether the guest may discard sectors', ({ disk }) =>
    bit(disk.discard),
  ),
  back(
    'specification',
    ['xen', 'virtio'],
    'how the guest sees it',
    ({ disk }) => disk.specification,
  ),
];

function qemuFormat(disk: DiskConfig): string {
  return disk.format === 'vhd' ? 'vpc' : disk.format;
}

const guest = frontKeys<never>({ source: 'xen', writer: 'guest', life: 'connecting' });

/** What the guest's driver adds. */
export const VBD_FRONT_BY_OTHERS: KeyTable<never> = [
  ...RING_KEYS,
  guest('ring-page-order', 'number', 'size of the ring: 2^n pages'),
  guest('ring-ref<page>', 'grant', 'grant of one page, of a ring of several'),
  guest('multi-queue-num-queues', 'number', 'how many rings, below queue-<n>, the guest has'),
  guest('queue-<n>/ring-ref', 'grant', 'grant of the ring of one queue'),
  guest('queue-<n>/event-channel', 'port', 'event channel of the ring of one queue'),
  guest('feature-persistent', 'bit', 'whether grants stay mapped'),
];

const script = backKeys<never>({ source: 'xen', writer: 'hotplug script', life: 'hotplug' });
const ready = backKeys<never>({ source: 'xen', writer: 'back end', life: 'back end ready' });
const connected = backKeys<never>({ source: 'xen', writer: 'back end', life: 'connected' });

/** What the hotplug script and the driver add. */
export const VBD_BACK_BY_OTHERS: KeyTable<never> = [
  ...BACK_BY_OTHERS,
  script('node', 'file', 'device node that the script made of a file: /dev/loop0'),
  script('physical-device', 'device', 'the device that is served'),
  script('physical-device-path', 'file', 'its path'),
  script('hotplug-status', ['connected', 'error', 'busy'], 'how the hotplug script ended'),
  ready('feature-max-indirect-segments', 'number', 'segments that one request may have'),
  ready('multi-queue-max-queues', 'number', 'most rings'),
  ready('max-ring-page-order', 'number', 'largest ring: 2^n pages'),
  connected('feature-flush-cache', 'bit', 'whether it can flush'),
  connected('feature-barrier', 'bit', 'whether it knows barriers'),
  connected('feature-persistent', 'bit', 'whether grants may stay mapped'),
  connected('feature-discard', 'bit', 'whether it can discard'),
  connected('discard-granularity', 'bytes', 'smallest piece that can be discarded'),
  connected('discard-alignment', 'bytes', 'where the first such piece begins'),
  connected('discard-secure', 'bit', 'whether discarded sectors are erased'),
  connected('sectors', 'sectors', 'size of the disk'),
  connected('sector-size', 'bytes', 'size of a sector as requests count'),
  connected('physical-sector-size', 'bytes', 'size of a sector as the medium has it'),
  connected('info', 'number', 'set of 1 CD-ROM, 2 removable, 4 read-only'),
];
