import { formatVdev } from '../config/index.js';
import {
  backEndPath,
  type DeviceAddress,
  devicePath,
  frontEndPath,
  isDisk,
} from '../layout/index.js';
import {
  type Domid,
  type ListedDevice,
  type ListedDisk,
  type ListedVif,
  parseXenbusState,
} from '../model/index.js';
import type { StoreView } from '../xenstore/client.js';
import { listDevices } from './detach.js';

/** The disks of a domain, by number. What its front ends say of themselves is not believed. */
export async function listDisks(store: StoreView, domid: Domid): Promise<ListedDisk[]> {
  const addresses = await listDevices(store, domid);
  const disks = addresses.filter(isDisk);
  return inOrder(await Promise.all(disks.map((address) => lookAtDisk(store, address))));
}

/** The network interfaces of a domain, by number. */
export async function listVifs(store: StoreView, domid: Domid): Promise<ListedVif[]> {
  const addresses = await listDevices(store, domid);
  const vifs = addresses.filter(({ kind }) => kind === 'vif');
  return inOrder(await Promise.all(vifs.map((address) => lookAtVif(store, address))));
}

async function lookAtDisk(store: StoreView, address: DeviceAddress): Promise<ListedDisk> {
  const record = devicePath(address);
  const [device, ringRef, dev, params, mode, removable] = await Promise.all([
    lookAt(store, address),
    readNumber(store, `${frontEndPath(address)}/ring-ref`),
    store.maybeRead(`${record}/dev`),
    store.maybeRead(`${record}/params`),
    store.maybeRead(`${record}/mode`),
    store.maybeRead(`${record}/removable`),
  ]);
  return {
    ...device,
    vdev: dev ?? formatVdev(address.id),
    frontendDomid: address.domid,
    ringRef,
    params: params ?? '',
    mode: mode === 'w' ? 'w' : 'r',
    removable: removable === '1',
  };
}

async function lookAtVif(store: StoreView, address: DeviceAddress): Promise<ListedVif> {
  const front = frontEndPath(address);
  const record = devicePath(address);
  const [device, txRingRef, rxRingRef, mac, bridge] = await Promise.all([
    lookAt(store, address),
    readNumber(store, `${front}/tx-ring-ref`),
    readNumber(store, `${front}/rx-ring-ref`),
    store.maybeRead(`${record}/mac`),
    store.maybeRead(`${record}/bridge`),
  ]);
  return { ...device, mac: mac ?? null, bridge: bridge ?? null, txRingRef, rxRingRef };
}

async function lookAt(store: StoreView, address: DeviceAddress): Promise<ListedDevice> {
  const front = frontEndPath(address);
  const back = backEndPath(address);
  const [state, backendState, eventChannel] = await Promise.all([
    store.maybeRead(`${front}/state`),
    store.maybeRead(`${back}/state`),
    readNumber(store, `${front}/event-channel`),
  ]);
  return {
    devid: address.id,
    backendDomid: address.backendDomid,
    frontendPath: front,
    backendPath: back,
    state: parseXenbusState(state),
    backendState: parseXenbusState(backendState),
    eventChannel,
  };
}

/** A grant reference or a port that a guest wrote: 32 bits, or nothing. */
async function readNumber(store: StoreView, path: string): Promise<number | null> {
  const text = await store.maybeRead(path);
  if (text === undefined || !/^\d{1,10}$/.test(text)) return null;
  const number = Number(text);
  return number <= 0xffff_ffff ? number : null;
}

function inOrder<D extends ListedDevice>(devices: D[]): D[] {
  return devices.sort((a, b) => a.devid - b.devid);
}
