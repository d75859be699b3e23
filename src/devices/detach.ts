import {
  backEndPath,
  type DeviceAddress,
  devicePath,
  devicesPath,
  frontEndPath,
  homePath,
  parseBackEndPath,
  pruneParents,
  removeIfThere,
} from '../layout/index.js';
import { type Domid, parseXenbusState, XenbusState } from '../model/index.js';
import type { Store, StoreView } from '../xenstore/client.js';
import { isXenStoreError } from '../xenstore/errors.js';
import { removeHalves } from './attach.js';
import type { DeviceLimits } from './limits.js';

/** The devices that a domain has, by the toolstack's own record of them. */
export async function listDevices(store: StoreView, domid: Domid): Promise<DeviceAddress[]> {
  const root = devicesPath(domid);
  const found: DeviceAddress[] = [];
  for (const kind of (await store.maybeList(root)) ?? []) {
    for (const id of (await store.maybeList(`${root}/${kind}`)) ?? []) {
      const address = parseBackEndPath(
        (await store.maybeRead(`${root}/${kind}/${id}/backend`)) ?? '',
      );
      // A record that does not stand where it belongs is not one of ours.
      if (address === undefined || devicePath(address) !== `${root}/${kind}/${id}`) continue;
      found.push(address);
    }
  }
  return found;
}

/**
 * Takes a device from a domain that will not run again. The front end is removed first, which a
 * back end takes for closed, then the back end is asked to close and given its time; whatever it
 * answered, nothing of the device is left afterwards.
 * @returns whether the back end closed by itself
 */
export async function removeDevice(
  store: Store,
  address: DeviceAddress,
  limits: DeviceLimits,
): Promise<boolean> {
  const closed = address.kind === 'console' || (await closeBackEnd(store, address, limits));
  await store.transaction((tx) => removeWithParents(tx, address));
  return closed;
}

/** All of a device, and the directories that it was the last in. */
export async function removeWithParents(tx: StoreView, address: DeviceAddress): Promise<void> {
  await removeHalves(tx, address);
  await Promise.all([
    pruneParents(tx, backEndPath(address), homePath(address.backendDomid)),
    pruneParents(tx, devicePath(address), devicesPath(address.domid)),
    pruneParents(tx, frontEndPath(address), `${homePath(address.domid)}/device`),
  ]);
}

async function closeBackEnd(
  store: Store,
  address: DeviceAddress,
  limits: DeviceLimits,
): Promise<boolean> {
  const back = backEndPath(address);
  const asked = await store.transaction(async (tx) => {
    await removeIfThere(tx, frontEndPath(address));
    const state = parseXenbusState(await tx.maybeRead(`${back}/state`));
    if (state === XenbusState.unknown || state === XenbusState.closed) return false;
    // Drivers watch the state, and look at online when it changes.
    await tx.write(`${back}/online`, '0');
    await tx.write(`${back}/state`, String(XenbusState.closing));
    return true;
  });
  if (!asked) return true;
  try {
    await store.waitFor(
      `${back}/state`,
      (text) => {
        const state = parseXenbusState(text);
        return state === XenbusState.closed || state === XenbusState.unknown ? true : undefined;
      },
      { timeoutMs: limits.backendMs },
    );
    return true;
  } catch (error) {
    if (isXenStoreError(error, 'ETIMEDOUT')) return false;
    throw error;
  }
}
