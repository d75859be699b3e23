import type { Store } from '../xenstore/client.js';

/**
 * Removes `path` and then its parents as long as they are empty, up to but without `root`. Each in
 * a transaction of its own, so that others who work beside us collide with little.
 */
export async function pruneEmpty(store: Store, path: string, root: string): Promise<void> {
  for (let at = path; at.length > root.length; at = above(at)) {
    const removed = await store.transaction(async (tx) => {
      const children = await tx.maybeList(at);
      if (children === undefined) return true;
      if (children.length > 0) return false;
      await tx.remove(at);
      return true;
    });
    if (!removed) return;
  }
}

/** The same, beginning with the parent of a node that has been removed. */
export function pruneParents(store: Store, path: string, root: string): Promise<void> {
  return pruneEmpty(store, above(path), root);
}

/** Unlike a node's parent in the store, what is above `/vm` is nothing. */
function above(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}
