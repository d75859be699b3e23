import { nodeAt, type OverlayNode, type StoreBase } from '../../../src/preview/overlay-view.js';
import { XenStoreError } from '../../../src/xenstore/errors.js';
import { childPath } from '../../../src/xenstore/path.js';

/** A store as it is now, whatever becomes of it. */
export async function snapshotOf(store: StoreBase): Promise<StoreBase> {
  const nodes = new Map<string, OverlayNode & { readonly children: readonly string[] }>();
  const copy = async (path: string): Promise<void> => {
    const [node, children] = await Promise.all([nodeAt(store, path), store.maybeList(path)]);
    if (node === undefined || children === undefined) return;
    nodes.set(path, { ...node, children });
    await Promise.all(children.map((name) => copy(childPath(path, name))));
  };
  await copy('/');
  const get = (path: string) => {
    const node = nodes.get(path);
    if (node === undefined) throw new XenStoreError('ENOENT', `read ${path}`, { path });
    return node;
  };
  return {
    read: async (path) => get(path).value,
    getPermissions: async (path) => [...get(path).permissions],
    maybeList: async (path) => {
      const children = nodes.get(path)?.children;
      return children === undefined ? undefined : [...children];
    },
  };
}
