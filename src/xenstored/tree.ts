import { componentEnd } from '../xenstore/path.js';
import type { Permissions } from '../xenstore/permissions.js';
import { Directory } from './directory.js';
import { nameToKeep } from './names.js';

/** A permission list and when it was set, in the count of domains that came: see Domains. */
export interface PermissionList {
  readonly entries: Permissions;
  readonly epoch: number;
}

/** A node. Values are strings of one byte per character: compact, and equal when `===`. */
export class TreeNode {
  /** Its own, not its path; of the root the empty string. */
  readonly name: string;
  value: string;
  permissions: PermissionList;
  /** The tree's generation when value, permissions or set of children last changed. */
  generation: number;
  children: Directory<TreeNode> | undefined;
  /** The tree that may change this node in place. */
  readonly stamp: number;

  constructor(
    name: string,
    value: string,
    permissions: PermissionList,
    generation: number,
    stamp: number,
  ) {
    this.name = name;
    this.value = value;
    this.permissions = permissions;
    this.generation = generation;
    this.children = undefined;
    this.stamp = stamp;
  }

  copy(stamp: number): TreeNode {
    const copy = new TreeNode(this.name, this.value, this.permissions, this.generation, stamp);
    copy.children = this.children;
    return copy;
  }

  /** The domain that owns the node. */
  get owner(): number {
    return this.permissions.entries[0]?.domid ?? 0;
  }
}

/** A change of one node: what the log holds and what recovery applies again. */
export type Mutation =
  | {
      readonly kind: 'create';
      readonly path: string;
      readonly value: string;
      readonly permissions: PermissionList;
    }
  | { readonly kind: 'write'; readonly path: string; readonly value: string }
  | {
      readonly kind: 'permissions';
      readonly path: string;
      readonly permissions: PermissionList;
    }
  | { readonly kind: 'remove'; readonly path: string };

/** A mutation that does not fit the tree: the log and the tree are not of one history. */
export class MisfitError extends Error {
  override readonly name = 'MisfitError';
}

let lastStamp = 0;
function nextStamp(): number {
  lastStamp += 1;
  return lastStamp;
}

/**
 * A tree that shares structure with the trees it was forked from and into: forking is O(1), and a
 * change copies what lies on its path and was not copied since the fork. All changes go through
 * {@link apply}.
 */
export class Tree {
  #root: TreeNode;
  #generation: number;
  #stamp = nextStamp();

  constructor(root: TreeNode, generation: number) {
    this.#root = root;
    this.#generation = generation;
  }

  /** A tree of nothing but an empty root. */
  static empty(permissions: PermissionList): Tree {
    return new Tree(new TreeNode('', '', permissions, 0, 0), 0);
  }

  get root(): TreeNode {
    return this.#root;
  }

  /** Counts mutations. */
  get generation(): number {
    return this.#generation;
  }

  /** A tree with the same content. From here on neither sees the other's changes. */
  fork(): Tree {
    this.#stamp = nextStamp();
    return new Tree(this.#root, this.#generation);
  }

  /** Becomes what `other` is. `other` must not be changed any more. */
  adopt(other: Tree): void {
    this.#root = other.#root;
    this.#generation = other.#generation;
    this.#stamp = other.#stamp;
  }

  /** The node at an absolute path. */
  find(path: string): TreeNode | undefined {
    return findBelow(this.#root, path);
  }

  /** The deepest node that exists at `path` or above it. */
  findNearest(path: string): TreeNode {
    let node = this.#root;
    for (let start = 1; start < path.length; ) {
      const end = componentEnd(path, start);
      const child = node.children?.get(path.slice(start, end));
      if (child === undefined) return node;
      node = child;
      start = end + 1;
    }
    return node;
  }

  /**
   * Applies a mutation; returns the node that it created, changed or took out.
   *
   * @param undo gets what takes the mutation back, once all that came after it is taken back
   * @param found the node to be changed, by whoever has just found it in this tree
   */
  apply(mutation: Mutation, undo?: (() => void)[], found?: TreeNode): TreeNode {
    const { path } = mutation;
    switch (mutation.kind) {
      case 'create':
        return this.#create(path, mutation.value, mutation.permissions, undo);
      case 'write': {
        const node = this.#own(path, found);
        undo?.push(this.#restoring(path, node));
        node.value = mutation.value;
        node.generation = this.#advance();
        return node;
      }
      case 'permissions': {
        const node = this.#own(path, found);
        undo?.push(this.#restoring(path, node));
        node.permissions = mutation.permissions;
        node.generation = this.#advance();
        return node;
      }
      case 'remove':
        return this.#remove(path, undo);
    }
  }

  /** What gives a node back all that it has now, but for changes of its children. */
  #restoring(path: string, { value, permissions, generation }: TreeNode): () => void {
    const treeGeneration = this.#generation;
    return () => {
      const node = this.#own(path);
      node.value = value;
      node.permissions = permissions;
      node.generation = generation;
      this.#generation = treeGeneration;
    };
  }

  /** Puts back a node of a snapshot, with the generation it had; the parent stays as it is. */
  restore(path: string, value: string, permissions: PermissionList, generation: number): void {
    if (path === '/') {
      this.#root = new TreeNode('', value, permissions, generation, this.#stamp);
      return;
    }
    const { parent, name } = this.#ownParent(path);
    const node = new TreeNode(nameToKeep(name), value, permissions, generation, this.#stamp);
    this.#ownChildren(parent).add(node);
  }

  setGeneration(generation: number): void {
    this.#generation = generation;
  }

  #advance(): number {
    this.#generation += 1;
    return this.#generation;
  }

  #create(
    path: string,
    value: string,
    permissions: PermissionList,
    undo: (() => void)[] | undefined,
  ): TreeNode {
    const { parent, path: above, name } = this.#ownParent(path);
    const children = this.#ownChildren(parent);
    if (name === '' || children.get(name) !== undefined) {
      throw new MisfitError(`create ${path}: it exists`);
    }
    if (undo !== undefined) {
      const restore = this.#restoring(above, parent);
      undo.push(() => {
        this.#ownChildren(this.#own(above)).remove(name);
        restore();
      });
    }
    const generation = this.#advance();
    const node = new TreeNode(nameToKeep(name), value, permissions, generation, this.#stamp);
    children.add(node);
    parent.generation = generation;
    return node;
  }

  #remove(path: string, undo: (() => void)[] | undefined): TreeNode {
    const { parent, path: above, name } = this.#ownParent(path);
    const node = parent.children?.get(name);
    if (node === undefined) throw new MisfitError(`remove ${path}: it does not exist`);
    if (undo !== undefined) {
      const restore = this.#restoring(above, parent);
      const before = parent.children;
      parent.children = before?.copy(this.#stamp);
      undo.push(() => {
        this.#own(above).children = before;
        restore();
      });
    }
    const children = this.#ownChildren(parent);
    children.remove(name);
    parent.generation = this.#advance();
    return node;
  }

  #ownParent(child: string): { parent: TreeNode; path: string; name: string } {
    const slash = child.lastIndexOf('/');
    const path = slash === 0 ? '/' : child.slice(0, slash);
    return { parent: this.#own(path), path, name: child.slice(slash + 1) };
  }

  /** The node at `path`, it and all above it made this tree's own: those above one that is, are. */
  #own(path: string, found?: TreeNode): TreeNode {
    if (found?.stamp === this.#stamp) return found;
    if (this.#root.stamp !== this.#stamp) this.#root = this.#root.copy(this.#stamp);
    let node = this.#root;
    for (let start = 1; start < path.length; ) {
      const end = componentEnd(path, start);
      const name = path.slice(start, end);
      let child = node.children?.get(name);
      if (child === undefined) throw new MisfitError(`change ${path}: it does not exist`);
      if (child.stamp !== this.#stamp) {
        child = child.copy(this.#stamp);
        this.#ownChildren(node).replace(child);
      }
      node = child;
      start = end + 1;
    }
    return node;
  }

  #ownChildren(node: TreeNode): Directory<TreeNode> {
    if (node.children?.stamp !== this.#stamp) {
      node.children = node.children?.copy(this.#stamp) ?? new Directory<TreeNode>(this.#stamp);
    }
    return node.children;
  }
}

/** The node at `path`, taken as absolute from `root`. */
export function findBelow(root: TreeNode, path: string): TreeNode | undefined {
  let node: TreeNode | undefined = root;
  for (let start = 1; start < path.length && node !== undefined; ) {
    const end = componentEnd(path, start);
    node = node.children?.get(path.slice(start, end));
    start = end + 1;
  }
  return node;
}

/** Visits a node and all below it, parents first, siblings in order of creation. */
export function* walk(node: TreeNode, path: string): Generator<[path: string, node: TreeNode]> {
  yield [path, node];
  if (node.children === undefined) return;
  const prefix = path === '/' ? '/' : `${path}/`;
  for (const child of node.children) yield* walk(child, prefix + child.name);
}
