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
      const node = tree.find(path);
      if (node === undefined && !existedBefore) continue;
      if (removed !== undefined) this.#removed(edit, path, removed, batch);
      const concerned = this.#watches.concernedBy(path);
      if (concerned.length === 0) continue;
      const above = parentPath(path);
      const parent = above === undefined ? undefined : tree.find(above);
      for (const watch of concerned) {
        if (this.#mayHear(watch.watcher, node, parent, oldPermissions)) fire(watch, path, batch);
      }
    }
  }

  #removed(edit: Edit, root: string, subtree: TreeNode, batch: number): void {
    for (const { path, node, parent, entries } of this.#watches.below(root, subtree)) {
      if (edit.hasChanged(path) || !edit.existedBefore(path)) continue;
      for (const watch of entries) {
        if (this.#mayHear(watch.watcher, node, parent, undefined)) fire(watch, path, batch);
      }
    }
  }

  #mayHear(
    watcher: Connection,
    node: TreeNode | undefined,
    parent: TreeNode | undefined,
    oldPermissions: PermissionList | undefined,
  ): boolean {
    if (watcher.isPrivileged) return true;
    const subject = this.#domains.subject(watcher.domid);
    return [node?.permissions, parent?.permissions, oldPermissions].some(
      (list) => list !== undefined && this.#domains.rightsIn(subject, list).read,
    );
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
