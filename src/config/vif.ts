import type { DomainType } from '../model/index.js';
import type { Atom } from './grammar.js';
import { parseInteger } from './integer.js';
import { configError, type Position } from './position.js';
import { parseRate, type VifRate } from './rate.js';
import { scriptPath } from './script-path.js';
import { type SpecItem, splitSpec, unknownItem } from './spec-list.js';

export const DEFAULT_BRIDGE = 'xenbr0';
/** The emulated card of vifs that name none. */
export const DEFAULT_NIC_MODEL = 'rtl8139';
/** The hotplug script of vifs that name none. */
export const DEFAULT_VIF_SCRIPT = scriptPath('vif-bridge');

// Type aliases, not interfaces: only those are assignable to JsonObject, and so to a journal.
/** A network interface as xl-network-configuration(5) describes it, defaults filled in. */
export type VifConfig = {
  /** Its number in XenStore. */
  readonly devid: number;
  /** Lower case, `00:16:3e:…`; one is to be made up when absent (`xenMac`). */
  readonly mac?: string;
  readonly bridge: string;
  /** `ioemu` is an emulated card beside the paravirtual one, for HVM. */
  readonly type: 'vif' | 'ioemu';
  /** The emulated card. */
  readonly model: string;
  /** Absolute path of the hotplug script. */
  readonly script: string;
  readonly ip?: string;
  /** Name or domid of the driver domain; domain 0 when absent. */
  readonly backendDomain?: string;
  /** The interface's name in the back end's domain; `vif<domid>.<devid>` when absent. */
  readonly vifname?: string;
  readonly gatewayDevice?: string;
  readonly rate?: VifRate;
  /** Bytes of an IP packet. */
  readonly mtu?: number;
  readonly trusted: boolean;
};

/** What a spec says by itself: the devid may still have to be chosen among all vifs. */
export type VifSpec = Omit<VifConfig, 'devid'> & { readonly devid?: number };

const PARAMETERS = [
  'mac',
  'bridge',
  'gatewaydev',
  'type',
  'model',
  'vifname',
  'script',
  'ip',
  'backend',
  'rate',
  'devid',
  'mtu',
  'trusted',
  'untrusted',
];

/** What xl takes for a parameter of a vif, be it old or without effect. */
export function isVifParameter(key: string): boolean {
  return PARAMETERS.includes(key) || key === 'netdev' || key === 'accel';
}

/**
 * Reads one item of `vif = [ … ]`. An empty spec is an interface with every default.
 *
 * @param warn told of what xl passes over
 * @throws ToolstackError config-invalid, at the parameter in question
 */
export function parseVif(
  spec: Atom,
  domainType: DomainType,
  warn: (at: Position, message: string) => void,
): VifSpec {
  let vif: VifSpec = {
    bridge: DEFAULT_BRIDGE,
    type: defaultVifType(domainType),
    model: DEFAULT_NIC_MODEL,
    script: DEFAULT_VIF_SCRIPT,
    trusted: true,
  };
  for (const item of splitSpec(spec)) vif = { ...vif, ...parameter(item, domainType, warn) };
  return vif;
}

/** An HVM domain has an emulated card beside each interface, where nothing else is said. */
export function defaultVifType(domainType: DomainType): VifConfig['type'] {
  return domainType === 'hvm' ? 'ioemu' : 'vif';
}

/** A MAC address of Xen's (00:16:3e) from three random bytes, made as libxl makes them. */
export function xenMac(random: readonly [number, number, number]): string {
  return [0x00, 0x16, 0x3e, random[0] & 0x7f, random[1] & 0xff, random[2] & 0xff]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join(':');
}

function parameter(
  item: SpecItem,
  domainType: DomainType,
  warn: (at: Position, message: string) => void,
): Partial<VifSpec> {
  const { key, value } = item;
  if (key === 'trusted' || key === 'untrusted') {
    if (value === undefined) return { trusted: key === 'trusted' };
  }
  if (value === undefined || value === '') {
    if (!PARAMETERS.includes(key)) warn(item.at, unknownItem('vif', item, PARAMETERS));
    else throw configError(item.at, `the vif parameter "${key}" needs a value: ${key}=…`);
    return {};
  }
  switch (key) {
    case 'mac':
      return mac(value, item.at);
    case 'bridge':
    case 'model':
    case 'vifname':
    case 'ip':
      return { [key]: value };
    case 'script':
      return { script: scriptPath(value) };
    case 'backend':
      return { backendDomain: value };
    case 'netdev':
      warn(item.at, 'the vif parameter "netdev" is deprecated: use "gatewaydev" instead');
      return { gatewayDevice: value };
    case 'gatewaydev':
      return { gatewayDevice: value };
    case 'type':
      return { type: vifType(value, domainType, item.at) };
    case 'rate':
      return { rate: vifRate(value, item.at) };
    case 'devid':
      return { devid: natural(item, value, 0, 0xffff) };
    case 'mtu':
      return { mtu: natural(item, value, 68, 65535) };
    case 'accel':
      warn(item.at, 'the vif parameter "accel" is not supported and is ignored');
      return {};
  }
  if (key === 'forwarddev' || key.startsWith('colo_')) {
    throw configError(item.at, 'COLO is not supported', 'Take the colo parameters out.');
  }
  warn(item.at, unknownItem('vif', item, PARAMETERS));
  return {};
}

function mac(text: string, at: Position): { mac?: string } {
  const groups = text.split(/[:-]/);
  if (groups.length !== 6 || !groups.every((group) => /^[0-9a-fA-F]{1,2}$/.test(group))) {
    throw configError(
      at,
      `"${text}" is no MAC address`,
      'Write six pairs of hexadecimal digits, as in 00:16:3e:74:3d:76.',
    );
  }
  const bytes = groups.map((group) => Number.parseInt(group, 16));
  if (((bytes[0] ?? 0) & 1) === 1) {
    throw configError(
      at,
      `${text} is a group address, which no interface can have`,
      'Make the first byte even; addresses of Xen begin with 00:16:3e.',
    );
  }
  // To libxl the null address means that none was given.
  if (bytes.every((byte) => byte === 0)) return {};
  return { mac: bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':') };
}

function vifType(text: string, domainType: DomainType, at: Position): 'vif' | 'ioemu' {
  if (text === 'ioemu' && domainType !== 'hvm') {
    throw configError(
      at,
      `a ${domainType} domain cannot have an emulated interface`,
      'Take "type=ioemu" out, or make it type=vif.',
    );
  }
  if (text === 'vif' || text === 'ioemu') return text;
  throw configError(at, `"${text}" is no type of vif`, 'The types are vif and ioemu.');
}

function vifRate(text: string, at: Position): VifRate {
  const rate = parseRate(text);
  if (typeof rate !== 'string') return rate;
  throw configError(
    at,
    rate,
    'Write rates as in 10Mb/s, 250KB/s or 1MB/s@20ms; the intervals are us, ms and s.',
  );
}

function natural(item: SpecItem, text: string, min: number, max: number): number {
  const value = parseInteger(text);
  if (value !== undefined && value >= min && value <= max) return value;
  throw configError(
    item.at,
    `the vif parameter "${item.key}" must be a number from ${min} to ${max}, not "${text}"`,
  );
}
