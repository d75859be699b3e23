import {
  DEFAULT_BRIDGE,
  DEFAULT_DISK_SCRIPT,
  DEFAULT_VIF_SCRIPT,
  DISK_FORMATS,
  DISK_SPECIFICATIONS,
  type DiskConfig,
  formatVdev,
  type VfbConfig,
  type VifConfig,
} from '../config/index.js';
import { DOM0, type Domid } from '../model/index.js';
import { type DeviceAddress, diskBackend, frontEndPath, parseBackEndPath } from './device.js';
import { devicesPath } from './paths.js';
import type { StoredValues } from './read-values.js';

/*
 * The way back from a tree to what its devices were configured with. Everything is read from the
 * toolstack's own records below /libxl, which neither guests nor driver domains can write, but for
 * whether the guest trusts its back end: that only its front end says.
 */

interface Recorded {
  readonly record: string;
  readonly address: DeviceAddress;
}

/** What the records tell that fits the description of devices; others are not ours to read. */
function recorded(values: StoredValues, domid: Domid, kind: string): Recorded[] {
  const root = `${devicesPath(domid)}/${kind}`;
  return values.numbers(root).flatMap((id): Recorded[] => {
    const record = `${root}/${id}`;
    const address = parseBackEndPath(values.text(`${record}/backend`) ?? '');
    return address?.domid === domid && address.id === id ? [{ record, address }] : [];
  });
}

export function readDisks(values: StoredValues, domid: Domid): DiskConfig[] {
  return recorded(values, domid, 'vbd').map(({ record, address }) => {
    const at = (key: string): string => `${record}/${key}`;
    const { format, target } = medium(values.text(at('params')) ?? '', address.kind === 'qdisk');
    const disk: DiskConfig = {
      vdev: values.word(at('dev')) ?? formatVdev(address.id),
      devid: address.id,
      ...(target === undefined ? {} : { target }),
      format,
      mode: values.choice(at('mode'), ['r', 'w']) ?? 'r',
      deviceType: values.choice(at('device-type'), ['disk', 'cdrom']) ?? 'disk',
      ...backendDomain(address),
      script: values.word(at('script')) ?? DEFAULT_DISK_SCRIPT,
      specification: values.choice(at('specification'), DISK_SPECIFICATIONS) ?? 'xen',
      directIoSafe: values.bit(at('direct-io-safe')) ?? false,
      discard: values.bit(at('discard-enable')) ?? false,
      trusted: isTrusted(values, address),
    };
    // The kind of back end need only be said where it does not follow from the format.
    if (diskBackend(disk) === address.kind) return disk;
    return { ...disk, backendType: address.kind === 'qdisk' ? 'qdisk' : 'phy' };
  });
}

/** QEMU's `format:path`, or a path. */
function medium(params: string, isQemu: boolean): Pick<DiskConfig, 'format' | 'target'> {
  if (params === '') return { format: 'empty' };
  const colon = params.indexOf(':');
  if (!isQemu || colon < 0) return { format: 'raw', target: params };
  const name = params.slice(0, colon);
  const format = DISK_FORMATS.find((known) => known === (name === 'vpc' ? 'vhd' : name)) ?? 'raw';
  return { format, target: params.slice(colon + 1) };
}

export function readVifs(values: StoredValues, domid: Domid): VifConfig[] {
  return recorded(values, domid, 'vif').map(({ record, address }) => {
    const at = (key: string): string => `${record}/${key}`;
    const [bytes, usecs] =
      /^(\d{1,15}),(\d{1,15})$/.exec(values.text(at('rate')) ?? '')?.slice(1) ?? [];
    const optional = {
      mac: values.word(at('mac')),
      ip: values.word(at('ip')),
      vifname: values.word(at('vifname')),
      gatewayDevice: values.word(at('gatewaydev')),
      mtu: values.number(at('mtu')),
      rate:
        bytes === undefined
          ? undefined
          : { bytesPerInterval: Number(bytes), intervalUsecs: Number(usecs) },
    };
    return {
      devid: address.id,
      bridge: values.text(at('bridge')) ?? DEFAULT_BRIDGE,
      type: values.text(at('type')) === 'vif_ioemu' ? 'ioemu' : 'vif',
      model: 'rtl8139',
      script: values.word(at('script')) ?? DEFAULT_VIF_SCRIPT,
      ...backendDomain(address),
      ...defined(optional),
      trusted: isTrusted(values, address),
    };
  });
}

/** Without the password, which is kept in no configuration. */
export function readVfbs(values: StoredValues, domid: Domid): VfbConfig[] {
  return recorded(values, domid, 'vfb').map(({ record, address }) => {
    const at = (key: string): string => `${record}/${key}`;
    const optional = {
      display: values.word(at('display')),
      xauthority: values.word(at('xauthority')),
    };
    return {
      devid: address.id,
      vnc: values.bit(at('vnc')) ?? false,
      vncListen: values.word(at('vnclisten')) ?? '127.0.0.1',
      vncDisplay: values.number(at('vncdisplay')) ?? 0,
      vncUnused: values.bit(at('vncunused')) ?? false,
      sdl: values.bit(at('sdl')) ?? false,
      opengl: values.bit(at('opengl')) ?? false,
      ...defined(optional),
    };
  });
}

function backendDomain({ backendDomid }: DeviceAddress): { backendDomain?: string } {
  return backendDomid === DOM0 ? {} : { backendDomain: String(backendDomid) };
}

function isTrusted(values: StoredValues, address: DeviceAddress): boolean {
  return values.bit(`${frontEndPath(address)}/trusted`) ?? true;
}

type Defined<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the keys that have no value: absent means absent. */
export function defined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Defined<T>;
}
