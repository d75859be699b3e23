import {
  backEndPath,
  type DeviceAddress,
  DOMAINS,
  devicePath,
  devicesPath,
  frontEndPath,
  frontEndsPath,
  namePath,
  pruneParents,
  recordedDevices,
  removeDeviceNodes,
  removeIfThere,
} from '../layout/index.js';
import { DOM0, type Domid, parseXenbusState, XenbusState } from '../model/index.js';
import type { StoreView } from '../xenstore/client.js';
import { isXenStoreError } from '../xenstore/errors.js';
import type { DeviceHost } from './device-host.js';
import { unplug } from './plug.js';

/** The devices that a domain has, by the toolstack's own record of them. */
export function listDevices(store: StoreView, domid: Domid): Promise<DeviceAddress[]> {
  return recordedDevices(store, domid);
}

/** What became of a device that was taken away. */
export interface Removal {
  /** Whether the back end closed by itself. */
  readonly closed: boolean;
  /** What the hotplug script failed with. */
  readonly scriptError?: string;
}

/**
 * Takes a device from a domain, whether it lets go of it or not. The front end is removed first,
 * which a back end takes for closed, then the back end is asked to close and given its time, and
 * the script of the device is called; whatever came of it, nothing is left afterwards.
 */
export async function removeDevice(
  host: DeviceHost,
  address: DeviceAddress,
  signal: AbortSignal = new AbortController().signal,
): Promise<Removal> {
  const closed = address.kind === 'console' || (await closeBackEnd(host, address));
  const scriptError = await unplug(host, address, signal);
  await driverDomainRemoved(host, address);
  await host.store.transaction((tx) => removeWithParents(tx, address));
  return { closed, ...(scriptError === undefined ? {} : { scriptError }) };
}

/** All of a device, and the directories that it was the last in. */
export async function removeWithParents(tx: StoreView, address: DeviceAddress): Promise<void> {
  await removeDeviceNodes(tx, address);
  await Promise.all([
    // The home of a driver domain that is gone was only there for this.
    pruneParents(tx, backEndPath(address), DOMAINS),
    pruneParents(tx, devicePath(address), devicesPath(address.domid)),
    pruneParents(tx, frontEndPath(address), frontEndsPath(address.domid)),
  ]);
}

async function closeBackEnd(host: DeviceHost, address: DeviceAddress): Promise<boolean> {
  const isAsked = await host.store.transaction(async (tx) => {
    await removeIfThere(tx, frontEndPath(address));
    return askBackEnd(tx, address);
  });
  return !isAsked || (await hasClosed(host, address));
}

/**
 * Asks a back end to close, within a transaction.
 * @returns false when there is nobody to close: it is gone, closed, or was never taken up
 */
export async function askBackEnd(tx: StoreView, address: DeviceAddress): Promise<boolean> {
  const back = backEndPath(address);
  const state = parseXenbusState(await tx.maybeRead(`${back}/state`));
  if (state === XenbusState.unknown || state === XenbusState.closed) return false;
  if (state === XenbusState.initialising) return false;
  // Drivers watch the state, and look at online when it changes.
  await tx.write(`${back}/online`, '0');
  await tx.write(`${back}/state`, String(XenbusState.closing));
  return true;
}

/** Waits until a back end has closed; false when it did not in its time. */
export async function hasClosed(
  { store, limits }: DeviceHost,
  address: DeviceAddress,
  signal?: AbortSignal,
): Promise<boolean> {
  const wait = store.waitFor(
    `${backEndPath(address)}/state`,
    (text) => (isClosed(text) ? true : undefined),
    { timeoutMs: limits.backendMs, ...(signal === undefined ? {} : { signal }) },
  );
  return inTime(wait);
}

/** Whether a value of a back end's `state` says that it has closed, or is not there any more. */
export function isClosed(state: string | undefined): boolean {
  const parsed = parseXenbusState(state);
  return parsed === XenbusState.closed || parsed === XenbusState.unknown;
}

/** A driver domain removes its half itself, once its script has run; if not in its time, we do. */
async function driverDomainRemoved(
  { store, limits }: DeviceHost,
  address: DeviceAddress,
): Promise<void> {
  if (address.backendDomid === DOM0) return;
  // One that is gone itself will do nothing any more.
  if (!(await store.exists(namePath(address.backendDomid)))) return;
  await inTime(
    store.waitFor(
      `${backEndPath(address)}/frontend`,
      (text) => (text === undefined ? true : undefined),
      { timeoutMs: limits.backendMs },
    ),
  );
}

async function inTime(wait: Promise<boolean>): Promise<boolean> {
  try {
    return await wait;
  } catch (error) {
    if (isXenStoreError(error, 'ETIMEDOUT')) return false;
    throw error;
  }
}
