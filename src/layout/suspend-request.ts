import type { Domid } from '../model/index.js';
import type { StoreView } from '../xenstore/client.js';
import { libxlPath, shutdownControlPath } from './paths.js';
import { removeIfThere } from './remove.js';

const REQUEST = 'suspend';

/**
 * The toolstack's own note, out of the guest's reach, that it has asked the guest to suspend: the
 * empty `control/shutdown` of a guest that has agreed looks like that of one that was never asked.
 */
function notePath(domid: Domid): string {
  return `${libxlPath(domid)}/suspend-requested`;
}

/** Asks a guest to suspend, which it acknowledges by emptying the node. */
export async function requestSuspend(tx: StoreView, domid: Domid): Promise<void> {
  await Promise.all([tx.write(notePath(domid), ''), tx.write(shutdownControlPath(domid), REQUEST)]);
}

/** Whether a value of `control/shutdown` is a request that the guest has not taken yet. */
export function isSuspendPending(value: string | undefined): boolean {
  return value === REQUEST;
}

/**
 * Takes the request back as long as the guest has not taken it.
 * @returns whether it has: then it is about to suspend, or has, and stays noted
 */
export async function withdrawSuspend(tx: StoreView, domid: Domid): Promise<boolean> {
  if (!(await tx.exists(notePath(domid)))) return false;
  const path = shutdownControlPath(domid);
  if (!isSuspendPending(await tx.maybeRead(path))) return true;
  await Promise.all([tx.write(path, ''), tx.remove(notePath(domid))]);
  return false;
}

/** The guest runs again, or will never suspend: nothing is left of the request. */
export async function forgetSuspend(tx: StoreView, domid: Domid): Promise<void> {
  await removeIfThere(tx, notePath(domid));
}
