import {
  backEndPath,
  consoleTtyPath,
  type Device,
  type DeviceAddress,
  deviceNodes,
  devicePath,
  frontEndPath,
  removeIfThere,
  writeNodes,
} from '../layout/index.js';
import { type Domid, parseXenbusState, ToolstackError, XenbusState } from '../model/index.js';
import type { Store, StoreView } from '../xenstore/client.js';
import { isXenStoreError } from '../xenstore/errors.js';
import type { DeviceLimits } from './limits.js';

/** A device as messages name it: `vbd 51712 of domain 3`. */
export function deviceLabel({ kind, id, domid }: DeviceAddress): string {
  return `${kind} ${id} of domain ${domid}`;
}

/** Writes both halves of new devices, in one transaction; what stood there before goes first. */
export async function addDevices(store: Store, devices: readonly Device[]): Promise<void> {
  await store.transaction(async (tx) => {
    await Promise.all(devices.map(({ address }) => removeHalves(tx, address)));
    await Promise.all(devices.map((device) => writeNodes(tx, deviceNodes(device))));
  });
}

export async function removeHalves(tx: StoreView, address: DeviceAddress): Promise<void> {
  const paths = [devicePath(address), frontEndPath(address), backEndPath(address)];
  await Promise.all(paths.map((path) => removeIfThere(tx, path)));
}

/**
 * Waits until a device's back end is ready for its front end: InitWait, and the hotplug script
 * done.
 * @throws ToolstackError ETIMEDOUT, EIO: the back end or its script gave up, with its own words
 */
export async function awaitBackEnd(
  store: Store,
  address: DeviceAddress,
  limits: DeviceLimits,
  signal: AbortSignal,
): Promise<void> {
  const path = backEndPath(address);
  const state = await timed(
    store.waitFor(
      `${path}/state`,
      (text) => {
        const at = parseXenbusState(text);
        return at === XenbusState.initialising || at === XenbusState.unknown ? undefined : at;
      },
      { timeoutMs: limits.backendMs, signal },
    ),
    `the back end of ${deviceLabel(address)} did not answer within ${limits.backendMs} ms`,
    path,
    `Check that domain ${address.backendDomid} has a driver for ${address.kind} devices.`,
  );
  if (state === XenbusState.closing || state === XenbusState.closed) {
    const reason = (await store.maybeRead(`${path}/error`)) ?? 'it does not say why';
    throw new ToolstackError('EIO', `the back end refused ${deviceLabel(address)}: ${reason}`, {
      where: path,
    });
  }
  await awaitHotplug(store, address, limits, signal);
}

async function awaitHotplug(
  store: Store,
  address: DeviceAddress,
  limits: DeviceLimits,
  signal: AbortSignal,
): Promise<void> {
  // QEMU opens the image itself: no script runs.
  if (address.kind === 'qdisk') return;
  const path = backEndPath(address);
  const status = await timed(
    store.waitFor(`${path}/hotplug-status`, (text) => text || undefined, {
      timeoutMs: limits.hotplugMs,
      signal,
    }),
    `the hotplug script of ${deviceLabel(address)} did not end within ${limits.hotplugMs} ms`,
    path,
    'Look for what the script waits for in the logs of the host.',
  );
  if (status === 'connected') return;
  const reason = (await store.maybeRead(`${path}/hotplug-error`)) ?? `hotplug status "${status}"`;
  throw new ToolstackError('EIO', `${deviceLabel(address)} cannot be plugged in: ${reason}`, {
    where: path,
    suggestions: ['Check the target of the device in the configuration.'],
  });
}

/** Waits until somebody serves a domain's console; gives where to attach. @throws ETIMEDOUT */
export function awaitConsole(
  store: Store,
  domid: Domid,
  limits: DeviceLimits,
  signal: AbortSignal,
): Promise<string> {
  const path = consoleTtyPath(domid);
  return timed(
    store.waitFor(path, (tty) => tty || undefined, { timeoutMs: limits.consoleMs, signal }),
    `nobody serves the console of domain ${domid} after ${limits.consoleMs} ms`,
    path,
    'Check that xenconsoled runs.',
  );
}

async function timed<T>(
  wait: Promise<T>,
  message: string,
  where: string,
  suggestion: string,
): Promise<T> {
  try {
    return await wait;
  } catch (cause) {
    if (!isXenStoreError(cause, 'ETIMEDOUT')) throw cause;
    throw new ToolstackError('ETIMEDOUT', message, { where, suggestions: [suggestion], cause });
  }
}
