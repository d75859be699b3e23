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
  readonly #root: IndexNode<W> = { entries: new Set(), children: new Map() };
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(entry: WatchEntry<W>): void {
    let node = this.#root;
    for (const name of indexNames(entry.path)) {
      let child = node.children.get(name);
      if (child === undefined) {
        child = { entries: new Set(), children: new Map() };
        node.children.set(name, child);
      }
      node = child;
    }
    node.entries.add(entry);
    this.#size += 1;
  }

  remove(entry: WatchEntry<W>): void {
    if (this.#removeBelow(this.#root, indexNames(entry.path), 0, entry)) this.#size -= 1;
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
    const names = indexNames(path);
    let node: IndexNode<W> | undefined = this.#root;
    // A special name lies outside the tree: watches on the root do not hear of it.
    if (!path.startsWith('@')) found.push(...node.entries);
    for (const name of names) {
      node = node.children.get(name);
      if (node === undefined) break;
      found.push(...node.entries);
    }
    return found.length > 1 ? found.sort((a, b) => a.order - b.order) : found;
  }

  /** The watches on nodes below `path` that `subtree`, once at `path`, holds; children first. */
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
  for (const name of namesInOrder(index.children, parent)) {
    const child = index.children.get(name);
    const node = parent.children?.get(name);
    if (child === undefined || node === undefined) continue;
    const childPath = `${path}/${name}`;
    yield* belowNode(child, childPath, node);
    if (child.entries.size > 0) {
      yield { path: childPath, node, parent, entries: [...child.entries] };
    }
  }
}

/** Siblings go in order of their creation; which that is need not be known where one is watched. */
function* namesInOrder(watched: ReadonlyMap<string, unknown>, parent: TreeNode): Generator<string> {
  if (watched.size <= 1) {
    yield* watched.keys();
    return;
  }
  for (const { name } of parent.children ?? []) if (watched.has(name)) yield name;
}

function indexNames(path: string): string[] {
  if (path === '/') return [];
  return path.startsWith('@') ? [path] : path.slice(1).split('/');
}
