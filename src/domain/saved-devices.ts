import { isDeepStrictEqual } from 'node:util';
import { type DiskConfig, domainConfigFromJson, type VifConfig } from '../config/index.js';
import type { DeviceAddress } from '../layout/index.js';
import type { JsonObject, Uuid } from '../model/index.js';
import type { Host } from './host.js';
import type { DeviceConfig } from './plans/devices.js';

/*
 * The devices in the configuration that is kept of a domain, from which it is made again when it
 * reboots or moves. Of a domain that another toolstack made none is kept.
 */

interface Devices {
  readonly disks: readonly DiskConfig[];
  readonly vifs: readonly VifConfig[];
}

/** Puts a device into the configuration, in place of one with the same number. */
export function keepDevice(host: Host, uuid: Uuid, device: DeviceConfig): void {
  update(host, uuid, ({ disks, vifs }) =>
    device.type === 'disk'
      ? { disks: put(disks, device.disk), vifs }
      : { disks, vifs: put(vifs, device.vif) },
  );
}

export function forgetDevice(host: Host, uuid: Uuid, { kind, id }: DeviceAddress): void {
  const others = <D extends { readonly devid: number }>(devices: readonly D[]): D[] =>
    devices.filter(({ devid }) => devid !== id);
  update(host, uuid, ({ disks, vifs }) =>
    kind === 'vif' ? { disks, vifs: others(vifs) } : { disks: others(disks), vifs },
  );
}

/** Whether the configuration has this very device. */
export function isKept(host: Host, uuid: Uuid, device: DeviceConfig): boolean {
  const kept = host.chronicle.config(uuid);
  if (kept === undefined) return false;
  const { disks, vifs } = domainConfigFromJson(kept);
  return device.type === 'disk' ? has(disks, device.disk) : has(vifs, device.vif);
}

function update(host: Host, uuid: Uuid, change: (devices: Devices) => Devices): void {
  const kept: JsonObject | undefined = host.chronicle.config(uuid);
  if (kept === undefined) return;
  host.chronicle.saveConfig(uuid, { ...kept, ...change(domainConfigFromJson(kept)) }, Date.now());
}

function put<D extends { readonly devid: number }>(devices: readonly D[], device: D): D[] {
  const index = devices.findIndex(({ devid }) => devid === device.devid);
  return index === -1 ? [...devices, device] : devices.with(index, device);
}

function has<D extends { readonly devid: number }>(devices: readonly D[], device: D): boolean {
  const found = devices.find(({ devid }) => devid === device.devid);
  return isDeepStrictEqual(found, device);
}
