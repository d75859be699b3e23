import { componentEnd, isSpecial } from '../xenstore/path.js';
import type { TreeNode } from './tree.js';

/** A registered watch. */
export interface WatchEntry<W> {
  readonly watcher: W;
  /** Absolute, or special. */
  readonly path: string;
  readonly token: string;
  /** What is cut off reported paths: the watcher's home and a slash, for relative watches. */
  readonly base: string | undefined;
  /** Counts registrations. */
  readonly order: number;
}

interface IndexNode<W> {
  readonly entries: Set<WatchEntry<W>>;
  readonly children: Map<string, IndexNode<W>>;
}

/** Watches by path: finding those that a change concerns costs the depth of its path. */
export class WatchIndex<W> {
  readonly #root = emptyNode<W>();
  /** Special names lie outside the tree, where a node may bear the same name. */
  readonly #special = emptyNode<W>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(entry: WatchEntry<W>): void {
    let node = this.#rootOf(entry.path);
    for (const name of indexNames(entry.path)) {
      let child = node.children.get(name);
      if (child === undefined) {
        child = emptyNode();
        node.children.set(name, child);
      }
      node = child;
    }
    node.entries.add(entry);
    this.#size += 1;
  }

  remove(entry: WatchEntry<W>): void {
    const { path } = entry;
    if (this.#removeBelow(this.#rootOf(path), indexNames(path), 0, entry)) this.#size -= 1;
  }

  #rootOf(path: string): IndexNode<W> {
    return isSpecial(path) ? this.#special : this.#root;
  }

  #removeBelow(
    node: IndexNode<W>,
    names: readonly string[],
    depth: number,
    entry: WatchEntry<W>,
  ): boolean {
    const name = names[depth];
    if (name === undefined) return node.entries.delete(entry);
    const child = node.children.get(name);
    if (child === undefined) return false;
    const removed = this.#removeBelow(child, names, depth + 1, entry);
    if (child.entries.size === 0 && child.children.size === 0) node.children.delete(name);
    return removed;
  }

  /** The watches on a path and on all above it, oldest first. */
  concernedBy(path: string): WatchEntry<W>[] {
    const found: WatchEntry<W>[] = [];
    const special = isSpecial(path);
    let node: IndexNode<W> | undefined = this.#rootOf(path);
    for (const watch of node.entries) found.push(watch);
    // By hand: this is done for every change, and most paths are longer than those that are watched.
    for (let start = special ? 0 : 1; start < path.length && node.children.size > 0; ) {
      const end = special ? path.length : componentEnd(path, start);
      node = node.children.get(path.slice(start, end));
      if (node === undefined) break;
      for (const watch of node.entries) found.push(watch);
      start = end + 1;
    }
    return found.length > 1 ? found.sort((a, b) => a.order - b.order) : found;
  }

  /**
   * The watches on nodes below `path` that `subtree`, once at `path`, holds: siblings in order of
   * creation, each behind what is below it, as the C daemon tells them.
   */
  *below(
    path: string,
    subtree: TreeNode,
  ): Generator<{ path: string; node: TreeNode; parent: TreeNode; entries: WatchEntry<W>[] }> {
    let index: IndexNode<W> | undefined = this.#root;
    for (const name of indexNames(path)) {
      index = index.children.get(name);
      if (index === undefined) return;
    }
    yield* belowNode(index, path, subtree);
  }
}

function* belowNode<W>(
  index: IndexNode<W>,
  path: string,
  parent: TreeNode,
): Generator<{ path: string; node: TreeNode; parent: TreeNode; entries: WatchEntry<W>[] }> {
  for (const node of watchedChildren(index, parent)) {
    const child = index.children.get(node.name);
    if (child === undefined) continue;
    const childPath = `${path}/${node.name}`;
    yield* belowNode(child, childPath, node);
    if (child.entries.size > 0) {
      yield { path: childPath, node, parent, entries: [...child.entries] };
    }
  }
}

/** Children that are watched or hold what is; several of them in order of creation. */
function watchedChildren<W>(index: IndexNode<W>, { children }: TreeNode): Iterable<TreeNode> {
  if (index.children.size > 1) return children ?? [];
  return [...index.children.keys()].flatMap((name) => children?.get(name) ?? []);
}

function indexNames(path: string): string[] {
  if (path === '/') return [];
  return isSpecial(path) ? [path] : path.slice(1).split('/');
}

function emptyNode<W>(): IndexNode<W> {
  return { entries: new Set(), children: new Map() };
}
