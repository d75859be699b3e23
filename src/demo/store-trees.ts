import type { TreeEntry, TreeSide } from '../render/tree.js';
import type { StoreView, XenStoreClient } from '../xenstore/client.js';

/** The tree below `root` at one moment: read in one transaction. */
export async function readTree(store: XenStoreClient, root: string): Promise<TreeSide> {
  const [tree] = await readTrees(store, [root]);
  return tree ?? { root, entries: [] };
}

/** Several trees at the same moment. */
export function readTrees(store: XenStoreClient, roots: readonly string[]): Promise<TreeSide[]> {
  return store.transaction((tx) =>
    Promise.all(roots.map(async (root) => ({ root, entries: await entriesBelow(tx, root) }))),
  );
}

async function entriesBelow(tx: StoreView, path: string): Promise<TreeEntry[]> {
  const names = (await tx.maybeList(path)) ?? [];
  const below = names.map(async (name) => {
    const child = path === '/' ? `/${name}` : `${path}/${name}`;
    const value = (await tx.maybeRead(child)) ?? '';
    return [{ path: child, value }, ...(await entriesBelow(tx, child))];
  });
  return (await Promise.all(below)).flat();
}
