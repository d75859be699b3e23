import { parentPath } from '../xenstore/path.js';
import { PAYLOAD_MAX } from '../xenstore/wire.js';
import type { Connection } from './connection.js';
import type { Domains, SpecialName } from './domains.js';
import type { Edit } from './edit.js';
import type { PermissionList, Tree, TreeNode } from './tree.js';
import type { WatchEntry, WatchIndex } from './watches.js';

/** Tells watches of what has happened. */
export class Notifier {
  readonly #watches: WatchIndex<Connection>;
  readonly #domains: Domains;

  constructor(watches: WatchIndex<Connection>, domains: Domains) {
    this.#watches = watches;
    this.#domains = domains;
  }

  /**
   * Fires the watches on all nodes an edit has changed, in order of the first change of each, and
   * on all above those. Where a subtree went, watches below fire for their own nodes, first.
   *
   * @param tree the tree after the edit
   */
  committed(edit: Edit, tree: Tree, batch: number): void {
    if (this.#watches.size === 0) return;
    for (const change of edit.changes) {
      const { path, removed, existedBefore, oldPermissions } = change;
      if (!existedBefore && tree.find(path) === undefined) continue;
      if (removed !== undefined) this.#removed(edit, path, removed, batch);
      let lists: PermissionList[] | undefined;
      for (const watch of this.#watches.concernedBy(path)) {
        if (!watch.watcher.isPrivileged) {
          lists ??= [
            ...listsAt(tree, path),
            ...(oldPermissions === undefined ? [] : [oldPermissions]),
          ];
          if (!this.#mayReadBy(watch.watcher, lists)) continue;
        }
        fire(watch, path, batch);
      }
    }
  }

  #removed(edit: Edit, root: string, subtree: TreeNode, batch: number): void {
    for (const { path, node, parent, entries } of this.#watches.below(root, subtree)) {
      if (edit.hasChanged(path) || !edit.existedBefore(path)) continue;
      const lists = [node.permissions, parent.permissions];
      for (const watch of entries) {
        if (this.#mayReadBy(watch.watcher, lists)) fire(watch, path, batch);
      }
    }
  }

  /** Whether one of the lists lets a watcher read. */
  #mayReadBy(watcher: Connection, lists: readonly PermissionList[]): boolean {
    const subject = this.#domains.subject(watcher.domid);
    return lists.some((list) => this.#domains.rightsIn(subject, list).read);
  }

  /** Fires the watches on a special name. These events are never told as one. */
  special(name: SpecialName, batch: number): void {
    const permissions = this.#domains.specialPermissions(name);
    for (const watch of this.#watches.concernedBy(name)) {
      const subject = this.#domains.subject(watch.watcher.domid);
      if (this.#domains.rightsIn(subject, permissions).read) fire(watch, name, batch, false);
    }
  }
}

/** The permissions of a node and of the one above it, as far as they are there. */
function listsAt(tree: Tree, path: string): PermissionList[] {
  const above = parentPath(path);
  const nodes = [tree.find(path), above === undefined ? undefined : tree.find(above)];
  return nodes.flatMap((node) => node?.permissions ?? []);
}

/** Queues an event, unless it is too long for a message: then it is lost, as in the C daemon. */
export function fire(
  watch: WatchEntry<Connection>,
  path: string,
  batch: number,
  coalesce = true,
): void {
  const reported = watch.base === undefined ? path : path.slice(watch.base.length);
  const payload = `${reported}\0${watch.token}\0`;
  if (payload.length <= PAYLOAD_MAX) watch.watcher.event(payload, batch, coalesce);
}
