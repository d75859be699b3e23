import type { DiskConfig, VfbConfig, VifConfig } from '../config/index.js';
import { XenbusState } from '../model/index.js';
import {
  backEndPath,
  type Device,
  type DeviceAddress,
  devicePath,
  frontEndPath,
} from './device.js';
import { type Key, type KeyTable, type Node, nodesOf, type Parties } from './key.js';

interface Facts {
  readonly address: DeviceAddress;
}
interface DiskFacts extends Facts {
  readonly disk: DiskConfig;
}
interface VifFacts extends Facts {
  readonly vif: VifConfig;
}
interface VfbFacts extends Facts {
  readonly vfb: VfbConfig;
}
interface ConsoleFacts extends Facts {
  readonly port: number;
  readonly frame?: string;
}

const INITIALISING = (): string => String(XenbusState.initialising);

function front<F extends Facts>(path: string, about: string, value: Key<F>['value']): Key<F> {
  return { path, about, access: 'front-end', value };
}

function back<F extends Facts>(path: string, about: string, value: Key<F>['value']): Key<F> {
  return { path, about, access: 'back-end', value };
}

/** A front end's key that only the toolstack writes: it is kept from the guest as a back end's is. */
const own = back;

const FRONT_HEAD: KeyTable<Facts> = [
  front('', 'the front end', () => ''),
  front('backend', 'path of the back end', ({ address }) => backEndPath(address)),
  front('backend-id', "domid of the back end's domain", ({ address }) =>
    String(address.backendDomid),
  ),
  front('state', 'XenbusState, 1 to 8', INITIALISING),
];

const BACK_HEAD: KeyTable<Facts> = [
  back('', 'the back end', () => ''),
  back('frontend', 'path of the front end', ({ address }) => frontEndPath(address)),
  back('frontend-id', 'domid of the guest', ({ address }) => String(address.domid)),
  back('online', '1 while the device is wanted, 0 from detach on', () => '1'),
  back('state', 'XenbusState, 1 to 8', INITIALISING),
];

/** `device/vbd/<id>` and `backend/vbd|qdisk/<domid>/<id>`. */
export const VBD_FRONT: KeyTable<DiskFacts> = [
  ...FRONT_HEAD,
  front('virtual-device', 'device number (xen-vbd-interface(7))', ({ disk }) => String(disk.devid)),
  front('device-type', 'disk or cdrom', ({ disk }) => disk.deviceType),
  front('trusted', '1 when the guest trusts the back end', ({ disk }) => bit(disk.trusted)),
  front('protocol', 'ABI of the ring', () => 'x86_64-abi'),
];

export const VBD_BACK: KeyTable<DiskFacts> = [
  ...BACK_HEAD,
  back('params', 'path, or format:path for qdisk', ({ address, disk }) => {
    if (disk.target === undefined) return '';
    return address.kind === 'qdisk' ? `${qemuFormat(disk)}:${disk.target}` : disk.target;
  }),
  back('script', 'path of the hotplug script', ({ address, disk }) =>
    address.kind === 'qdisk' ? undefined : disk.script,
  ),
  back('removable', '1 for a removable medium', ({ disk }) => bit(disk.deviceType === 'cdrom')),
  back('bootable', '1 always', () => '1'),
  back('dev', 'name in the guest', ({ disk }) => disk.vdev),
  back('type', 'phy or qdisk', ({ address }) => (address.kind === 'qdisk' ? 'qdisk' : 'phy')),
  back('mode', 'r or w', ({ disk }) => disk.mode),
  back('device-type', 'disk or cdrom', ({ disk }) => disk.deviceType),
  back('direct-io-safe', '1 when direct I/O is safe', ({ disk }) =>
    disk.directIoSafe ? '1' : undefined,
  ),
  back('discard-enable', '1 when the guest may discard', ({ disk }) => bit(disk.discard)),
  back('specification', 'xen or virtio', ({ disk }) => disk.specification),
];

/** `device/vif/<id>` and `backend/vif/<domid>/<id>`. */
export const VIF_FRONT: KeyTable<VifFacts> = [
  ...FRONT_HEAD,
  front('handle', 'number of the interface', ({ vif }) => String(vif.devid)),
  front('mac', 'MAC address', ({ vif }) => vif.mac),
  front('trusted', '1 when the guest trusts the back end', ({ vif }) => bit(vif.trusted)),
  own('mtu', 'bytes of an IP packet', ({ vif }) => String(vif.mtu ?? 1500)),
];

export const VIF_BACK: KeyTable<VifFacts> = [
  ...BACK_HEAD,
  back('script', 'path of the hotplug script', ({ vif }) => vif.script),
  back('vifname', 'name in the back end domain', ({ vif }) => vif.vifname),
  back('mac', 'MAC address', ({ vif }) => vif.mac),
  back('ip', 'IP addresses', ({ vif }) => vif.ip),
  back('gatewaydev', 'the interface to route to', ({ vif }) => vif.gatewayDevice),
  back('rate', 'bytes,µs', ({ vif }) =>
    vif.rate === undefined ? undefined : `${vif.rate.bytesPerInterval},${vif.rate.intervalUsecs}`,
  ),
  back('mtu', 'bytes of an IP packet', ({ vif }) =>
    vif.mtu === undefined ? undefined : String(vif.mtu),
  ),
  back('bridge', 'name of the bridge', ({ vif }) => vif.bridge),
  back('handle', 'number of the interface', ({ vif }) => String(vif.devid)),
  back('type', 'vif or vif_ioemu', ({ vif }) => (vif.type === 'ioemu' ? 'vif_ioemu' : 'vif')),
  back('hotplug-status', 'connected or error, by the hotplug script', () => ''),
];

/** `device/vfb/<id>` and `backend/vfb/<domid>/<id>`: QEMU serves it, and reads how from here. */
export const VFB_FRONT: KeyTable<VfbFacts> = FRONT_HEAD;

export const VFB_BACK: KeyTable<VfbFacts> = [
  ...BACK_HEAD,
  back('vnc', '1 to show the screen over VNC', ({ vfb }) => bit(vfb.vnc)),
  back('vnclisten', 'address to listen on, or address:display', ({ vfb }) => vfb.vncListen),
  back('vncpasswd', "VNC's password, in clear", ({ vfb }) => vfb.vncPassword),
  back('vncdisplay', 'number of the display: TCP port less 5900', ({ vfb }) =>
    String(vfb.vncDisplay),
  ),
  back('vncunused', '1 to take the first free display instead', ({ vfb }) => bit(vfb.vncUnused)),
  back('sdl', '1 to show the screen in a window', ({ vfb }) => bit(vfb.sdl)),
  back('opengl', '1 when that window is to use OpenGL', ({ vfb }) => bit(vfb.opengl)),
  back('xauthority', 'path of the file with the X cookie', ({ vfb }) => vfb.xauthority),
  back('display', 'the X display to open the window on', ({ vfb }) => vfb.display),
];

/** `device/vkbd/<id>` and `backend/vkbd/<domid>/<id>`: keyboard and pointer of a screen. */
export const VKBD_FRONT: KeyTable<Facts> = FRONT_HEAD;
export const VKBD_BACK: KeyTable<Facts> = BACK_HEAD;

/** `console` and `backend/console/<domid>/0`: the first console has no device directory. */
export const CONSOLE_FRONT: KeyTable<ConsoleFacts> = [
  own('', 'the console', () => ''),
  own('backend', 'path of the back end', ({ address }) => backEndPath(address)),
  front('backend-id', "domid of the back end's domain", ({ address }) =>
    String(address.backendDomid),
  ),
  own('limit', 'most bytes kept of unread output', () => '1048576'),
  own('type', 'who serves it: xenconsoled or ioemu', () => 'xenconsoled'),
  own('output', 'pty', () => 'pty'),
  own('tty', 'where to attach: a pty, on the embedded machine a socket', () => ''),
  own('port', "event channel port of the guest's end", ({ port }) => String(port)),
  own('ring-ref', 'page frame of the ring, decimal', ({ frame }) => frame),
];

export const CONSOLE_BACK: KeyTable<ConsoleFacts> = [
  ...BACK_HEAD,
  back('protocol', 'of the terminal', () => 'vt100'),
];

/** `/libxl/<domid>/device/<kind>/<id>`: a copy of the back end's first nodes, as libxl keeps it. */
const RECORD_HEAD: KeyTable<Facts> = [
  hidden('', 'the record of the device', () => ''),
  hidden('frontend', 'path of the front end', ({ address }) => frontEndPath(address)),
  hidden('backend', 'path of the back end', ({ address }) => backEndPath(address)),
];

function hidden<F extends Facts>(path: string, about: string, value: Key<F>['value']): Key<F> {
  return { path, about, access: 'hidden', value };
}

/** All nodes of a device at its birth: the toolstack's record, the front end, the back end. */
export function deviceNodes(device: Device): Node[] {
  switch (device.type) {
    case 'disk':
      return halves(device, VBD_FRONT, VBD_BACK);
    case 'vif':
      return halves(device, VIF_FRONT, VIF_BACK);
    case 'vfb':
      return halves(device, VFB_FRONT, VFB_BACK);
    case 'vkbd':
      return halves(device, VKBD_FRONT, VKBD_BACK);
    case 'console':
      return halves(device, CONSOLE_FRONT, CONSOLE_BACK);
  }
}

function halves<F extends Facts>(facts: F, frontEnd: KeyTable<F>, backEnd: KeyTable<F>): Node[] {
  const { address } = facts;
  const parties: Parties = {
    domid: address.domid,
    backendDomid: address.backendDomid,
    incarnations: [],
  };
  const record: KeyTable<F> = [
    ...RECORD_HEAD,
    ...backEnd
      .filter(({ path }) => path !== '' && path !== 'frontend')
      .map((key) => ({ ...key, access: 'hidden' as const })),
  ];
  return [
    ...nodesOf(record, devicePath(address), facts, parties),
    ...nodesOf(frontEnd, frontEndPath(address), facts, parties),
    ...nodesOf(backEnd, backEndPath(address), facts, parties),
  ];
}

function bit(value: boolean): string {
  return value ? '1' : '0';
}

function qemuFormat(disk: DiskConfig): string {
  return disk.format === 'vhd' ? 'vpc' : disk.format;
}
