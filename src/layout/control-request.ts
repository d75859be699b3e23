import type { Domid } from '../model/index.js';
import type { StoreView } from '../xenstore/client.js';
import { controlFeaturePath, libxlPath, shutdownControlPath } from './paths.js';
import { removeIfThere } from './remove.js';

/** What a guest is asked for through `control/shutdown` (drivers/xen/manage.c of Linux). */
export const CONTROL_REQUESTS = ['poweroff', 'reboot', 'suspend'] as const;
export type ControlRequest = (typeof CONTROL_REQUESTS)[number];

/** `halt` is not asked for here; another toolstack may. */
const WORDS: readonly string[] = [...CONTROL_REQUESTS, 'halt'];

/**
 * The toolstack's own note, out of the guest's reach, of what it has asked the guest for: the empty
 * `control/shutdown` of a guest that has agreed looks like that of one that was never asked.
 */
function notePath(domid: Domid): string {
  return `${libxlPath(domid)}/control-requested`;
}

/**
 * Asks a guest, which acknowledges by emptying the node. The same request, where it waits already,
 * is made ours.
 * @returns another request that the guest has not taken yet: then nothing was written
 */
export async function requestControl(
  tx: StoreView,
  domid: Domid,
  request: ControlRequest,
): Promise<string | undefined> {
  const path = shutdownControlPath(domid);
  const pending = await tx.maybeRead(path);
  // The node is the guest's: what is no request is nothing to wait for.
  if (pending !== undefined && pending !== request && WORDS.includes(pending)) return pending;
  await Promise.all([tx.write(notePath(domid), request), tx.write(path, request)]);
  return undefined;
}

/** Whether the guest says that it obeys any of the requests. */
export async function announcesControl(view: StoreView, domid: Domid): Promise<boolean> {
  const features = await Promise.all(
    CONTROL_REQUESTS.map((request) => view.maybeRead(controlFeaturePath(domid, request))),
  );
  return features.includes('1');
}

/** Whether a value of `control/shutdown` is a request that the guest has not taken yet. */
export function isPending(value: string | undefined, request: ControlRequest): boolean {
  return value === request;
}

/** Whether the guest has taken a request that was made here. */
export async function hasTaken(
  view: StoreView,
  domid: Domid,
  request: ControlRequest,
): Promise<boolean> {
  const [noted, value] = await Promise.all([
    view.maybeRead(notePath(domid)),
    view.maybeRead(shutdownControlPath(domid)),
  ]);
  return noted === request && !isPending(value, request);
}

/**
 * Takes the request back as long as the guest has not taken it.
 * @returns whether it has: then it is about to obey, or has, and stays noted
 */
export async function withdrawControl(
  tx: StoreView,
  domid: Domid,
  request: ControlRequest,
): Promise<boolean> {
  if ((await tx.maybeRead(notePath(domid))) !== request) return false;
  const path = shutdownControlPath(domid);
  if (!isPending(await tx.maybeRead(path), request)) return true;
  await Promise.all([tx.write(path, ''), tx.remove(notePath(domid))]);
  return false;
}

/** Nothing is left of a request: the guest has obeyed it, or never will. */
export async function forgetControl(tx: StoreView, domid: Domid): Promise<void> {
  await removeIfThere(tx, notePath(domid));
}
