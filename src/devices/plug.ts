import { backEndPath, type DeviceAddress } from '../layout/index.js';
import { messageOf, ToolstackError } from '../model/index.js';
import type { StoreView } from '../xenstore/client.js';
import type { DeviceHost } from './device-host.js';
import { type HotplugAction, type HotplugCall, hasScript, hotplugCalls } from './hotplug.js';
import { deviceLabel } from './label.js';
import { lastWords } from './last-words.js';

/**
 * Calls the script of a device whose back end waits, where that is the toolstack's to do.
 * @throws ToolstackError EIO, ETIMEDOUT and what else {@link Hotplug.call} throws
 */
export async function plugIn(
  host: DeviceHost,
  address: DeviceAddress,
  signal: AbortSignal,
): Promise<void> {
  for (const call of await callsFor(host, address, 'add')) {
    try {
      await host.hotplug?.call(call, { timeoutMs: host.limits.hotplugMs, signal });
    } catch (thrown) {
      throw await explained(host, address, thrown);
    }
  }
}

/**
 * Calls the script of a device that goes; a failure stops nothing, for the device goes all the same.
 * @returns what went wrong
 */
export async function unplug(
  host: DeviceHost,
  address: DeviceAddress,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    for (const call of await callsFor(host, address, 'remove')) {
      await host.hotplug?.call(call, { timeoutMs: host.limits.hotplugMs, signal });
    }
    return undefined;
  } catch (thrown) {
    return messageOf(await explained(host, address, thrown));
  }
}

/** None where back ends see to it themselves, and for a device that is half gone. */
async function callsFor(
  { store, hotplug }: DeviceHost,
  address: DeviceAddress,
  action: HotplugAction,
): Promise<HotplugCall[]> {
  if (hotplug === undefined || !hasScript(address)) return [];
  const back = backEndPath(address);
  const script = await store.maybeRead(`${back}/script`);
  if (script === undefined || script === '') return [];
  const type = await store.maybeRead(`${back}/type`);
  const gatewayDevice = await store.maybeRead(`${back}/gatewaydev`);
  const nodes = {
    script,
    ...(type === undefined ? {} : { type }),
    ...(gatewayDevice === undefined ? {} : { gatewayDevice }),
  };
  return hotplugCalls(address, nodes, action);
}

/** Scripts say in the store why they fail, and better than on stderr. */
async function explained(
  { store }: { readonly store: StoreView },
  address: DeviceAddress,
  thrown: unknown,
): Promise<unknown> {
  if (!(thrown instanceof ToolstackError) || thrown.code !== 'EIO') return thrown;
  const where = backEndPath(address);
  const reason = lastWords(await store.maybeRead(`${where}/hotplug-error`)) ?? thrown.message;
  const message = `${deviceLabel(address)} cannot be plugged: ${reason}`;
  return new ToolstackError('EIO', message, {
    where,
    suggestions: ['Check the target of the device, and what its script needs on this host.'],
    cause: thrown,
  });
}
