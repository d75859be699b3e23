import type { DiskConfig, VfbConfig, VifConfig } from '../config/index.js';
import { DOM0, type Domid, parseDomid, type Uuid } from '../model/index.js';
import { consolePath, devicesPath, frontEndsPath, homePath, vmDevicesPath } from './paths.js';

/** The kinds of back end, as directories below `backend` name them. */
export const BACKEND_KINDS = ['vbd', 'qdisk', 'vif', 'console', 'vfb', 'vkbd'] as const;
export type BackendKind = (typeof BACKEND_KINDS)[number];

/** Which device of which domain, and where its two halves are. */
export interface DeviceAddress {
  readonly domid: Domid;
  readonly kind: BackendKind;
  readonly id: number;
  readonly backendDomid: Domid;
}

/** A device to be set up. */
export type Device =
  | { readonly type: 'disk'; readonly address: DeviceAddress; readonly disk: DiskConfig }
  | { readonly type: 'vif'; readonly address: DeviceAddress; readonly vif: VifConfig }
  | { readonly type: 'vfb'; readonly address: DeviceAddress; readonly vfb: VfbConfig }
  | { readonly type: 'vkbd'; readonly address: DeviceAddress }
  | {
      readonly type: 'console';
      readonly address: DeviceAddress;
      readonly port: number;
      /** Decimal; absent until the guest's memory stands. */
      readonly frame?: string;
    };

export function frontEndPath({ domid, kind, id }: DeviceAddress): string {
  return frontOf(domid, frontEndKind(kind), String(id));
}

/** The front end of a device whose record has this kind and number. */
export function frontOf(domid: Domid, kind: string, id: string): string {
  const isFirstConsole = kind === 'console' && id === '0';
  return isFirstConsole ? consolePath(domid) : `${frontEndsPath(domid)}/${kind}/${id}`;
}

export function backEndPath(address: DeviceAddress): string {
  return `${homePath(address.backendDomid)}/${hotplugPath(address)}`;
}

/** The back end as its own domain names it, and hotplug scripts are told. */
export function hotplugPath({ domid, kind, id }: DeviceAddress): string {
  return `backend/${kind}/${domid}/${id}`;
}

/** Where a front end says what went wrong with it (xenbus_dev_error of Linux). */
export function frontEndErrorPath({ domid, kind, id }: DeviceAddress): string {
  return `${homePath(domid)}/error/device/${frontEndKind(kind)}/${id}/error`;
}

/** The toolstack's record of the device. */
export function devicePath({ domid, kind, id }: DeviceAddress): string {
  return `${devicesPath(domid)}/${frontEndKind(kind)}/${id}`;
}

/** What points to the device from what outlives its domain's domid. */
export function vmDevicePath(uuid: Uuid, { kind, id }: DeviceAddress): string {
  return `${vmDevicesPath(uuid)}/${frontEndKind(kind)}/${id}`;
}

/** Guests see one kind of disk, whoever serves it. */
export function frontEndKind(kind: BackendKind): string {
  return kind === 'qdisk' ? 'vbd' : kind;
}

/** Whether it is a disk, whoever serves it. */
export function isDisk({ kind }: Pick<DeviceAddress, 'kind'>): boolean {
  return kind === 'vbd' || kind === 'qdisk';
}

/** A disk's kind of back end: what blkback cannot read goes through QEMU, as in libxl. */
export function diskBackend(disk: DiskConfig): BackendKind {
  if (disk.backendType !== undefined) return disk.backendType === 'qdisk' ? 'qdisk' : 'vbd';
  return disk.format === 'raw' || disk.format === 'empty' ? 'vbd' : 'qdisk';
}

export function consoleDevice(domid: Domid, port: number, frame?: string): Device {
  return {
    type: 'console',
    address: { domid, kind: 'console', id: 0, backendDomid: DOM0 },
    port,
    ...(frame === undefined ? {} : { frame }),
  };
}

const BACK_END_PATH = new RegExp(
  String.raw`^/local/domain/(\d{1,5})/backend/(${BACKEND_KINDS.join('|')})/(\d{1,5})/(\d{1,9})$`,
);

/** Reads an address back from the back end path that the toolstack recorded. */
export function parseBackEndPath(path: string): DeviceAddress | undefined {
  const match = BACK_END_PATH.exec(path);
  const backendDomid = parseDomid(match?.[1] ?? '');
  const domid = parseDomid(match?.[3] ?? '');
  if (match === null || backendDomid === undefined || domid === undefined) return undefined;
  const address = { backendDomid, kind: match[2] as BackendKind, domid, id: Number(match[4]) };
  // Numbers with leading zeros would lead to another path than the one that was read.
  return backEndPath(address) === path ? address : undefined;
}
