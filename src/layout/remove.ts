import type { StoreView } from '../xenstore/client.js';

/** RM of a node whose parent is missing too is an error of the protocol, and none of ours. */
export async function removeIfThere(view: StoreView, path: string): Promise<void> {
  if (await view.exists(path)) await view.remove(path);
}
