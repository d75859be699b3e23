import {
  backEndPath,
  consoleTtyPath,
  type Device,
  type DeviceAddress,
  isDisk,
  removeDeviceNodes,
  writeDevice,
} from '../layout/index.js';
import { type Domid, parseXenbusState, ToolstackError, XenbusState } from '../model/index.js';
import type { Store, StoreView } from '../xenstore/client.js';
import { isXenStoreError } from '../xenstore/errors.js';
import type { DeviceHost } from './device-host.js';
import { hasScript } from './hotplug.js';
import { deviceLabel } from './label.js';
import { lastWords } from './last-words.js';
import type { DeviceLimits } from './limits.js';
import { plugIn } from './plug.js';

/** Writes both halves of new devices, in one transaction; what stood there before goes first. */
export async function addDevices(store: Store, devices: readonly Device[]): Promise<void> {
  await store.transaction((tx) => writeDevices(tx, devices));
}

/** The same, within a transaction. */
export async function writeDevices(tx: StoreView, devices: readonly Device[]): Promise<void> {
  await Promise.all(devices.map(({ address }) => removeDeviceNodes(tx, address)));
  for (const device of devices) await writeDevice(tx, device);
}

/**
 * Waits until a device's back end is ready for its front end: InitWait, and the hotplug script
 * done. As in xl nobody waits for a console, a screen or a keyboard, nor for any front end.
 * @throws ToolstackError ETIMEDOUT; EIO: the back end or its script gave up, with its own words;
 *   what {@link plugIn} throws
 */
export async function awaitBackEnd(
  host: DeviceHost,
  address: DeviceAddress,
  signal: AbortSignal,
): Promise<void> {
  if (!isAwaited(address)) return;
  const { store, limits } = host;
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
    const reason = lastWords(await store.maybeRead(`${path}/error`)) ?? 'it does not say why';
    throw new ToolstackError('EIO', `the back end refused ${deviceLabel(address)}: ${reason}`, {
      where: path,
    });
  }
  if (host.hotplug !== undefined && hasScript(address)) await plugIn(host, address, signal);
  else await awaitHotplug(store, address, limits, signal);
}

function isAwaited(address: DeviceAddress): boolean {
  return isDisk(address) || address.kind === 'vif';
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
  const reason =
    lastWords(await store.maybeRead(`${path}/hotplug-error`)) ??
    `hotplug status "${status.slice(0, 32)}"`;
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
