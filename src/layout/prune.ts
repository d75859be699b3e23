import type { StoreView } from '../xenstore/client.js';

/**
 * Removes `path` and then its parents as long as they are empty, up to but without `root`: within
 * the transaction that emptied them, as libxl__xs_path_cleanup does, so that nothing is left behind
 * by who dies in between.
 */
export async function pruneEmpty(tx: StoreView, path: string, root: string): Promise<void> {
  for (let at = path; at.length > root.length; at = above(at)) {
    const children = await tx.maybeList(at);
    if (children === undefined) continue;
    if (children.length > 0) return;
    await tx.remove(at);
  }
}

/** The same, beginning with the parent of a node that has been removed. */
export function pruneParents(tx: StoreView, path: string, root: string): Promise<void> {
  return pruneEmpty(tx, above(path), root);
}

/** Unlike a node's parent in the store, what is above `/vm` is nothing. */
function above(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}
