import { parseVdev } from '../config/index.js';
import { backEndPath, type DeviceAddress, devicePath, isDisk } from '../layout/index.js';
import { type Domid, parseXenbusState, type XenbusState } from '../model/index.js';
import type { StoreView } from '../xenstore/client.js';
import { listDevices } from './detach.js';

/** The disk that a user means by its number or name: `51728`, `xvdb`. */
export async function findDisk(
  store: StoreView,
  domid: Domid,
  text: string,
): Promise<DeviceAddress | undefined> {
  const devid = parseVdev(text);
  const devices = await listDevices(store, domid);
  return devices.find((device) => isDisk(device) && device.id === devid);
}

/** The interface that a user means by its number or MAC address. */
export async function findVif(
  store: StoreView,
  domid: Domid,
  text: string,
): Promise<DeviceAddress | undefined> {
  const vifs = (await listDevices(store, domid)).filter(({ kind }) => kind === 'vif');
  if (!text.includes(':')) {
    return /^\d{1,9}$/.test(text) ? vifs.find(({ id }) => id === Number(text)) : undefined;
  }
  for (const vif of vifs) {
    const mac = await store.maybeRead(`${devicePath(vif)}/mac`);
    if (mac !== undefined && mac.toLowerCase() === text.toLowerCase()) return vif;
  }
  return undefined;
}

/** The number that libxl would give the next interface: one more than the highest. */
export async function nextVifId(store: StoreView, domid: Domid): Promise<number> {
  const vifs = (await listDevices(store, domid)).filter(({ kind }) => kind === 'vif');
  return Math.max(-1, ...vifs.map(({ id }) => id)) + 1;
}

export async function backEndState(store: StoreView, address: DeviceAddress): Promise<XenbusState> {
  return parseXenbusState(await store.maybeRead(`${backEndPath(address)}/state`));
}
