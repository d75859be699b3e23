import type { VfbConfig } from '../config/index.js';
import {
  BACK_BY_OTHERS,
  BACK_HEAD,
  backKeys,
  bit,
  type DeviceFacts,
  FRONT_HEAD,
  frontKeys,
} from './device-keys.js';
import type { KeyTable } from './key.js';

export interface VfbFacts extends DeviceFacts {
  readonly vfb: VfbConfig;
}

const back = backKeys<VfbFacts>();

/** `device/vfb/<id>` and `backend/vfb/<domid>/<id>`: QEMU serves it, and reads how from here. */
export const VFB_FRONT: KeyTable<VfbFacts> = FRONT_HEAD;

export const VFB_BACK: KeyTable<VfbFacts> = [
  ...BACK_HEAD,
  back('vnc', 'bit', 'whether the screen is shown over VNC', ({ vfb }) => bit(vfb.vnc)),
  back('vnclisten', 'text', 'address to listen on, or address:display', ({ vfb }) => vfb.vncListen),
  back('vncpasswd', 'text', "VNC's password, in clear", ({ vfb }) => vfb.vncPassword),
  back('vncdisplay', 'number', 'number of the display: TCP port less 5900', ({ vfb }) =>
    String(vfb.vncDisplay),
  ),
  back('vncunused', 'bit', '1: the first free display instead', ({ vfb }) => bit(vfb.vncUnused)),
  back('sdl', 'bit', 'whether the screen is shown in a window', ({ vfb }) => bit(vfb.sdl)),
  back('opengl', 'bit', 'whether that window is to use OpenGL', ({ vfb }) => bit(vfb.opengl)),
  back('xauthority', 'file', 'the file with the X cookie', ({ vfb }) => vfb.xauthority),
  back('display', 'text', 'the X display to open the window on', ({ vfb }) => vfb.display),
];

/** `device/vkbd/<id>` and `backend/vkbd/<domid>/<id>`: keyboard and pointer of a screen. */
export const VKBD_FRONT: KeyTable<DeviceFacts> = FRONT_HEAD;
export const VKBD_BACK: KeyTable<DeviceFacts> = BACK_HEAD;

const guest = frontKeys<never>({ source: 'xen', writer: 'guest', life: 'connecting' });

/** What the guest's drivers add (xen/public/io/fbif.h and kbdif.h). */
export const SCREEN_FRONT_BY_OTHERS: KeyTable<never> = [
  guest('page-ref', 'frame', 'frame of the page that both ends share'),
  guest('page-gref', 'grant', 'grant of the page that both ends share'),
  guest('event-channel', 'port', 'event channel of the page that both ends share'),
  guest('protocol', 'text', 'ABI of the shared page: x86_64-abi'),
  guest('feature-update', 'bit', 'whether the guest tells what has changed'),
  guest('request-abs-pointer', 'bit', '1: where the pointer is, not how it moved'),
];

const ready = backKeys<never>({ source: 'xen', writer: 'back end', life: 'back end ready' });

/** What QEMU adds. */
export const SCREEN_BACK_BY_OTHERS: KeyTable<never> = [
  ...BACK_BY_OTHERS,
  ready('hotplug-status', ['connected'], 'that QEMU has it'),
  ready('feature-resize', 'bit', 'whether the screen may change its size'),
  ready('request-update', 'bit', '1: the guest is to tell what has changed'),
  ready('feature-abs-pointer', 'bit', 'whether it tells where the pointer is'),
  ready('feature-raw-pointer', 'bit', 'whether it tells so in its own units'),
  ready('unique-id', 'text', 'which of several keyboards it is'),
  ready('width', 'number', 'pixels across, for the pointer'),
  ready('height', 'number', 'pixels down, for the pointer'),
];
