import type { Atom } from './grammar.js';
import { parseInteger } from './integer.js';
import { configError, type Position } from './position.js';
import type { ConfigReader } from './reader.js';
import { type SpecItem, splitSpec, unknownItem } from './spec-list.js';

// Type aliases, not interfaces: only those are assignable to JsonObject, and so to a journal.
/** A screen, shown over VNC, in an SDL window or not at all. */
export type DisplayConfig = {
  readonly vnc: boolean;
  /** Address, or address and display number: `127.0.0.1`, `0.0.0.0:5`. */
  readonly vncListen: string;
  /** 0 is TCP port 5900. */
  readonly vncDisplay: number;
  /** Take the first free display instead. */
  readonly vncUnused: boolean;
  /** Secret: to be kept out of logs and histories (`withoutSecrets`). */
  readonly vncPassword?: string;
  readonly sdl: boolean;
  readonly opengl: boolean;
  /** The X display that SDL opens, and the file with its cookie. */
  readonly display?: string;
  readonly xauthority?: string;
  readonly keymap?: string;
};

/** A paravirtual frame buffer with its keyboard, which has the same devid. */
export type VfbConfig = DisplayConfig & { readonly devid: number };

/** Where VNC is served for screens that name no address. */
export const DEFAULT_VNC_LISTEN = '127.0.0.1';

/** Display 0 is TCP port 5900, and ports end at 65535. */
const MAX_DISPLAY = 65535 - 5900;

const PARAMETERS = [
  'vnc',
  'vnclisten',
  'vncdisplay',
  'vncunused',
  'vncpasswd',
  'sdl',
  'opengl',
  'display',
  'xauthority',
  'keymap',
];

/**
 * Reads one item of `vfb = [ … ]`.
 *
 * @param warn told of what xl passes over, such as xend's `type=vnc`
 * @throws ToolstackError config-invalid, at the parameter in question
 */
export function parseVfb(
  spec: Atom,
  devid: number,
  warn: (at: Position, message: string) => void,
): VfbConfig {
  let display: Partial<DisplayConfig> = {};
  for (const item of splitSpec(spec)) display = { ...display, ...parameter(item, warn) };
  return { ...withDefaults(display), devid };
}

/** The screen that the keys of the file's top level describe: the device model's, or vfb 0. */
export function topLevelDisplay(reader: ConfigReader): DisplayConfig {
  const vncPassword = reader.string('vncpasswd');
  const vncListen = reader.string('vnclisten');
  const display = reader.string('display');
  const xauthority = reader.string('xauthority');
  const keymap = reader.string('keymap');
  const vnc = reader.bool('vnc');
  const vncUnused = reader.bool('vncunused');
  return withDefaults({
    ...(vnc === undefined ? {} : { vnc }),
    ...(vncListen === undefined ? {} : { vncListen }),
    vncDisplay: reader.number('vncdisplay', { min: 0, max: MAX_DISPLAY }) ?? 0,
    ...(vncUnused === undefined ? {} : { vncUnused }),
    ...(vncPassword === undefined ? {} : { vncPassword }),
    sdl: reader.bool('sdl') ?? false,
    opengl: reader.bool('opengl') ?? false,
    ...(display === undefined ? {} : { display }),
    ...(xauthority === undefined ? {} : { xauthority }),
    ...(keymap === undefined ? {} : { keymap }),
  });
}

function withDefaults(display: Partial<DisplayConfig>): DisplayConfig {
  const vnc = display.vnc ?? true;
  return {
    vnc,
    vncListen: DEFAULT_VNC_LISTEN,
    vncDisplay: 0,
    vncUnused: vnc,
    sdl: false,
    opengl: false,
    ...display,
  };
}

function parameter(
  item: SpecItem,
  warn: (at: Position, message: string) => void,
): Partial<DisplayConfig> {
  const { key, value } = item;
  if (!PARAMETERS.includes(key)) {
    warn(item.at, unknownItem('vfb', item, PARAMETERS));
    return {};
  }
  if (value === undefined) {
    throw configError(item.at, `the vfb parameter "${key}" needs a value: ${key}=…`);
  }
  switch (key) {
    case 'vnc':
    case 'sdl':
    case 'opengl':
      return { [key]: number(item, value, Number.MAX_SAFE_INTEGER) !== 0 };
    case 'vncunused':
      return { vncUnused: number(item, value, Number.MAX_SAFE_INTEGER) !== 0 };
    case 'vncdisplay':
      return { vncDisplay: number(item, value, MAX_DISPLAY) };
    case 'vnclisten':
      return { vncListen: value };
    case 'vncpasswd':
      return { vncPassword: value };
    default:
      return { [key]: value };
  }
}

function number(item: SpecItem, text: string, max: number): number {
  const value = parseInteger(text);
  if (value !== undefined && value >= 0 && value <= max) return value;
  throw configError(
    item.at,
    `the vfb parameter "${item.key}" must be a number, not "${text}"`,
    'Write 1 for true and 0 for false.',
  );
}
