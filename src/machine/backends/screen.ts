import type { BackEndKind } from './back-end-kind.js';

/*
 * What QEMU serves beside disks (hw/display/xenfb.c, hw/char/xen_console.c): the handshake, and
 * nobody who looks at the picture, presses the keys or reads the output.
 */

const PAGE = { ringNodes: ['page-gref'], channelNodes: ['event-channel'] } as const;
const NOTHING = () => Promise.resolve({});

export const vfbBackEnd: BackEndKind = {
  name: 'vfb',
  ...PAGE,
  features: () => Promise.resolve({ 'feature-resize': '1' }),
  connected: () => Promise.resolve({ 'request-update': '1' }),
};

export const vkbdBackEnd: BackEndKind = {
  name: 'vkbd',
  ...PAGE,
  features: () => Promise.resolve({ 'feature-abs-pointer': '1', 'feature-raw-pointer': '1' }),
  connected: NOTHING,
};

/** The consoles of a domain beside its first, which is xenconsoled's. */
export const consoleBackEnd: BackEndKind = {
  name: 'console',
  ringNodes: ['ring-ref'],
  channelNodes: ['port'],
  serves: (id) => id !== '0',
  features: NOTHING,
  connected: NOTHING,
};
