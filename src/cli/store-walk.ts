import type { StoreRow } from '../render/store-tree.js';
import type { StoreView } from '../xenstore/client.js';
import { isXenStoreError } from '../xenstore/errors.js';
import { childPath } from '../xenstore/path.js';
import { formatPermission } from '../xenstore/permissions.js';
import { inWords } from './store-failure.js';

/** How many nodes are asked for at once. */
const BATCH = 64;

export interface WalkOptions {
  readonly permissions: boolean;
}

/**
 * All nodes below `path`, each before those below it, in the order in which the store lists them.
 * What goes away meanwhile is left out, or has no value.
 */
export async function* walk(
  view: StoreView,
  path: string,
  options: WalkOptions,
): AsyncGenerator<StoreRow> {
  const names = await inWords(`xs_directory (${path})`, view.list(path));
  yield* walkBelow(view, path, names, options, 0);
}

async function* walkBelow(
  view: StoreView,
  path: string,
  names: readonly string[],
  options: WalkOptions,
  depth: number,
): AsyncGenerator<StoreRow> {
  for (let start = 0; start < names.length; start += BATCH) {
    const batch = names.slice(start, start + BATCH);
    const seen = await Promise.all(
      batch.map((name) => lookAt(view, { depth, name, path: childPath(path, name) }, options)),
    );
    for (const { row, children } of seen) {
      yield row;
      if (children.status === 'fulfilled') {
        yield* walkBelow(view, row.path, children.value, options, depth + 1);
      } else if (!isXenStoreError(children.reason, 'ENOENT')) {
        // Said after what stands above it.
        await inWords(`xs_directory (${row.path})`, Promise.reject(children.reason));
      }
    }
  }
}

async function lookAt(
  view: StoreView,
  place: Pick<StoreRow, 'depth' | 'name' | 'path'>,
  options: WalkOptions,
): Promise<{ row: StoreRow; children: PromiseSettledResult<string[]> }> {
  const { path } = place;
  const [value, permissions, [children]] = await Promise.all([
    ifSeen(view.read(path)),
    options.permissions ? ifSeen(view.getPermissions(path)) : undefined,
    Promise.allSettled([view.list(path)]),
  ]);
  return { row: { ...place, value, permissions: permissions?.map(formatPermission) }, children };
}

/** Undefined for what is not there, or not for our eyes. */
export async function ifSeen<Result>(request: Promise<Result>): Promise<Result | undefined> {
  try {
    return await request;
  } catch (thrown) {
    if (isXenStoreError(thrown, 'ENOENT') || isXenStoreError(thrown, 'EACCES')) return undefined;
    throw thrown;
  }
}
