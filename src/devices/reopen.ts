import { backEndPath, type DeviceAddress, frontEndPath } from '../layout/index.js';
import { parseXenbusState, XenbusState } from '../model/index.js';
import type { StoreView } from '../xenstore/client.js';

/**
 * Takes the request to close back, within a transaction: for a device whose front end holds on to
 * it. One that is closing already goes on to do so.
 * @param state of the back end before it was asked
 */
export async function reopen(tx: StoreView, address: DeviceAddress, state: number): Promise<void> {
  const back = backEndPath(address);
  const front = parseXenbusState(await tx.maybeRead(`${frontEndPath(address)}/state`));
  const holdsOn = front >= XenbusState.initialising && front <= XenbusState.connected;
  const isAsked =
    parseXenbusState(await tx.maybeRead(`${back}/state`)) === XenbusState.closing &&
    (await tx.maybeRead(`${back}/online`)) === '0';
  if (!holdsOn || !isAsked) return;
  await tx.write(`${back}/online`, '1');
  await tx.write(`${back}/state`, String(state));
}
