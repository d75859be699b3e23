import {
  findBelow,
  type Mutation,
  type PermissionList,
  type Tree,
  type TreeNode,
  walk,
} from './tree.js';

const NONE: ReadonlyMap<never, never> = new Map<never, never>();

/** What became of a node that watches are told of, over all of an edit. */
export interface Change {
  readonly path: string;
  readonly existedBefore: boolean;
  /** Whoever could read the node before may hear of its change. */
  readonly oldPermissions: PermissionList | undefined;
  /** What was removed at this path, when something that had been there before the edit was. */
  removed: TreeNode | undefined;
}

/**
 * Changes of a tree that belong together: those of one request, or of a transaction. Collects what
 * must be logged, what watches must be told and how many nodes each domain owns more or less.
 */
export class Edit {
  readonly tree: Tree;
  readonly mutations: Mutation[] = [];
  // Made when needed: most edits are of one node that stays with its owner.
  #first: Change | undefined;
  #changes: Map<string, Change> | undefined;
  #nodeDeltas: Map<number, number> | undefined;
  /** The tree before the edit, where the edit is longer than one request. */
  readonly #base: TreeNode | undefined;
  readonly #undo: (() => void)[] | undefined;

  /** @param undo gets what takes the changes back, the last first; unless the tree is dropped then */
  constructor(tree: Tree, { base, undo }: { base?: TreeNode; undo?: (() => void)[] }) {
    this.tree = tree;
    this.#base = base;
    this.#undo = undo;
  }

  /** One for each path, in order of the first change. */
  get changes(): Iterable<Change> {
    if (this.#changes !== undefined) return this.#changes.values();
    return this.#first === undefined ? [] : [this.#first];
  }

  hasChanged(path: string): boolean {
    return this.#changeOf(path) !== undefined;
  }

  #changeOf(path: string): Change | undefined {
    if (this.#first?.path === path) return this.#first;
    return this.#changes?.get(path);
  }

  /** Nodes won or lost by domain. */
  get nodeDeltas(): ReadonlyMap<number, number> {
    return this.#nodeDeltas ?? NONE;
  }

  /** Creates a node below one that exists. Watches are not told of it until {@link announce}. */
  create(path: string, value: string, permissions: PermissionList): TreeNode {
    const node = this.#apply({ kind: 'create', path, value, permissions });
    this.#count(node.owner, 1);
    return node;
  }

  /** Makes the creation of a node one that watches are told of. */
  announce(path: string): void {
    this.#change(path, false, undefined);
  }

  write(path: string, node: TreeNode, value: string): void {
    this.#change(path, true, node.permissions);
    this.#apply({ kind: 'write', path, value }, node);
  }

  setPermissions(path: string, node: TreeNode, permissions: PermissionList): void {
    const { owner } = node;
    this.#change(path, true, node.permissions);
    const changed = this.#apply({ kind: 'permissions', path, permissions }, node);
    this.#count(owner, -1);
    this.#count(changed.owner, 1);
  }

  remove(path: string): void {
    const removed = this.#apply({ kind: 'remove', path });
    for (const [, node] of walk(removed, path)) this.#count(node.owner, -1);
    const change = this.#change(path, true, removed.permissions);
    if (change.existedBefore) change.removed ??= removed;
  }

  /** Whether a node that the edit removed had been there before it. */
  existedBefore(path: string): boolean {
    return this.#base === undefined || findBelow(this.#base, path) !== undefined;
  }

  #apply(mutation: Mutation, found?: TreeNode): TreeNode {
    this.mutations.push(mutation);
    return this.tree.apply(mutation, this.#undo, found);
  }

  #change(path: string, existed: boolean, oldPermissions: PermissionList | undefined): Change {
    const known = this.#changeOf(path);
    if (known !== undefined) return known;
    const before = this.#base && findBelow(this.#base, path);
    const change = {
      path,
      existedBefore: this.#base === undefined ? existed : before !== undefined,
      oldPermissions: this.#base === undefined ? oldPermissions : before?.permissions,
      removed: undefined,
    };
    if (this.#first === undefined) {
      this.#first = change;
    } else {
      this.#changes ??= new Map([[this.#first.path, this.#first]]);
      this.#changes.set(path, change);
    }
    return change;
  }

  #count(domid: number, delta: number): void {
    this.#nodeDeltas ??= new Map();
    this.#nodeDeltas.set(domid, (this.#nodeDeltas.get(domid) ?? 0) + delta);
  }
}
