import type { StoreView } from '../xenstore/client.js';
import { childPath } from '../xenstore/path.js';
import { type Permission, parsePermission } from '../xenstore/permissions.js';
import { UsageError } from './failure.js';
import { inWords } from './store-failure.js';
import { ifSeen } from './store-walk.js';

/** Removes a node and all below it. */
export function remove(view: StoreView, path: string): Promise<void> {
  return inWords(`could not remove path ${path}`, view.remove(path));
}

/** Removes a node and then, upwards, what it leaves without value and without children. */
export async function removeTidily(view: StoreView, path: string): Promise<void> {
  await remove(view, path);
  const parent = above(path);
  if (parent !== '' && (await isBare(view, parent))) await removeTidily(view, parent);
}

async function isBare(view: StoreView, path: string): Promise<boolean> {
  if ((await ifSeen(view.read(path)))?.length !== 0) return false;
  return (await ifSeen(view.list(path)))?.length === 0;
}

/**
 * Permissions as words of a command line. The numbers are decimal, as xenstore-chmod has them.
 * @throws UsageError
 */
export function permissionsFromWords(words: readonly string[]): Permission[] {
  return words.map((word) => {
    const [, letter, number] = /^([nrwb])([+-]?[0-9]{1,9})$/.exec(word) ?? [];
    const permission = letter && parsePermission(`${letter}${Number(number)}`);
    if (!permission) {
      throw new UsageError(
        `Invalid permission specification: '${word}' is none of nDOMID, rDOMID, wDOMID, bDOMID`,
      );
    }
    return permission;
  });
}

export interface Reach {
  /** To all that is above too, but the root. */
  readonly upto: boolean;
  /** To all that is below too. */
  readonly recurse: boolean;
}

/** Sets the permissions of a node, and of those that `reach` adds. */
export async function changePermissions(
  view: StoreView,
  path: string,
  permissions: readonly Permission[],
  { upto, recurse }: Reach,
): Promise<void> {
  await inWords(
    `Error occurred setting permissions on '${path}'`,
    view.setPermissions(path, permissions),
  );
  if (upto) {
    for (let at = above(path); at !== ''; at = above(at)) {
      await changePermissions(view, at, permissions, { upto: false, recurse: false });
    }
  }
  if (recurse) {
    for (const name of await inWords(`could not list path ${path}`, view.list(path))) {
      const child = childPath(path, name);
      await changePermissions(view, child, permissions, { upto: false, recurse: true });
    }
  }
}

/** Empty above a child of the root, and above the first name of a relative path. */
function above(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
