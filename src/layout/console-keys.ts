import { backEndPath } from './device.js';
import { BACK_BY_OTHERS, BACK_HEAD, backKeys, type DeviceFacts, frontKeys } from './device-keys.js';
import type { KeyTable } from './key.js';

export interface ConsoleFacts extends DeviceFacts {
  readonly port: number;
  readonly frame?: string;
}

const front = frontKeys<ConsoleFacts>();
/** The guest must not say where its console is shown: XSA-175. */
const own = backKeys<ConsoleFacts>();

/** `console` and `backend/console/<domid>/0`: the first console has no device directory. */
export const CONSOLE_FRONT: KeyTable<ConsoleFacts> = [
  own('', 'directory', 'the console', () => ''),
  own('backend', 'path', 'the back end', ({ address }) => backEndPath(address)),
  front('backend-id', 'domid', "the back end's domain", ({ address }) =>
    String(address.backendDomid),
  ),
  own('limit', 'bytes', 'most output that is kept unread', () => '1048576'),
  own('type', ['xenconsoled', 'ioemu'], 'who serves it', () => 'xenconsoled'),
  own('output', 'text', 'where output goes: pty', () => 'pty'),
  own('tty', 'file?', 'where to attach: a pty, on the embedded machine a socket', () => '', {
    writer: 'xenconsoled',
  }),
  own('port', 'port', 'event channel of the ring between guest and console daemon', ({ port }) =>
    String(port),
  ),
  own(
    'ring-ref',
    'frame',
    'frame of the ring between guest and console daemon',
    ({ frame }) => frame,
  ),
];

export const CONSOLE_BACK: KeyTable<ConsoleFacts> = [
  ...BACK_HEAD,
  own('protocol', 'text', 'how the terminal speaks', () => 'vt100'),
];

/** What may come later. */
export const CONSOLE_FRONT_BY_OTHERS: KeyTable<never> = [
  own('vnc-port', 'number', 'TCP port of the VNC server of an HVM guest', undefined, {
    writer: 'device model',
    life: 'device model',
  }),
  own('vnc-listen', 'text', 'address it listens on', undefined, {
    writer: 'device model',
    life: 'device model',
  }),
];

export const CONSOLE_BACK_BY_OTHERS: KeyTable<never> = BACK_BY_OTHERS;

const channel = frontKeys<never>();
const guest = frontKeys<never>({ source: 'xen', writer: 'guest', life: 'connecting' });

/** `device/console/<id>` and its back end: further consoles, which libxl calls channels. */
export const CHANNEL_FRONT: KeyTable<never> = [
  channel('', 'directory', 'the front end of a further console'),
  channel('backend', 'path', 'the back end'),
  channel('backend-id', 'domid', "the back end's domain"),
  channel('state', 'state', 'how far the front end is'),
  channel('protocol', 'text', 'how the terminal speaks: vt100'),
  own('limit', 'bytes', 'most output that is kept unread'),
  own('type', ['xenconsoled', 'ioemu'], 'who serves it'),
  own('output', 'text', 'where output goes: pty, or chardev:NAME of QEMU'),
  own('tty', 'file?', 'where to attach', undefined, { writer: 'device model' }),
  guest('ring-ref', 'grant', 'grant of the ring between guest and back end'),
  guest('port', 'port', 'event channel of the ring between guest and back end'),
];

export const CHANNEL_BACK: KeyTable<never> = [
  own('name', 'text', 'what the guest is to know it by'),
  own('connection', ['pty', 'socket'], 'how the other end is reached'),
  own('path', 'file', 'the socket'),
];
