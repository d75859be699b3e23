import type { StoreChange } from '../model/index.js';
import { childPath } from '../xenstore/path.js';
import { formatPermissions } from '../xenstore/permissions.js';
import { nodeAt, type OverlayNode, type OverlayView, type StoreBase } from './overlay-view.js';

/** What would become of a store that was tried out on: every node that would differ, by path. */
export async function changesOf(base: StoreBase, overlay: OverlayView): Promise<StoreChange[]> {
  const { nodes, cut } = overlay;
  const touched = new Set(nodes.keys());
  for (const path of cut) for await (const below of walk(base, path)) touched.add(below);
  const changes = await Promise.all(
    [...touched].map((path) => changeOf(path, base, nodes.get(path))),
  );
  return changes
    .filter((change) => change !== undefined)
    .sort((one, other) => (one.path < other.path ? -1 : 1));
}

async function changeOf(
  path: string,
  base: StoreBase,
  overlaid: OverlayNode | undefined,
): Promise<StoreChange | undefined> {
  const before = shown(await nodeAt(base, path));
  const after = shown(overlaid);
  const isSame = before?.value === after?.value && before?.permissions === after?.permissions;
  if (isSame) return undefined;
  return {
    path,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  };
}

function shown(node: OverlayNode | undefined): StoreChange['before'] {
  if (node === undefined) return undefined;
  const { value, permissions } = node;
  return { value: value.toString('utf8'), permissions: formatPermissions(permissions) };
}

async function* walk(view: StoreBase, path: string): AsyncGenerator<string> {
  const children = await view.maybeList(path);
  if (children === undefined) return;
  yield path;
  for (const name of children) yield* walk(view, childPath(path, name));
}
