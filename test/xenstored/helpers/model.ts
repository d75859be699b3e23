/** One node of the model, copied whole whenever a copy is wanted. */
interface ModelNode {
  value: string;
  permissions: string;
  children: [string, ModelNode][];
}

export type ModelOperation =
  | { readonly kind: 'read' | 'list' | 'get-permissions' | 'mkdir' | 'rm'; readonly path: string }
  | { readonly kind: 'write' | 'set-permissions'; readonly path: string; readonly value: string };

/** The simplest store there can be: no sharing, no index, no limits, only domain 0. */
export class ModelTree {
  #root: ModelNode = { value: '', permissions: 'n0\0', children: [] };
  /** Paths that watches are told of, in order, and whether they existed before. */
  changes = new Map<string, boolean>();

  copy(): ModelTree {
    const copy = new ModelTree();
    copy.#root = structuredClone(this.#root);
    return copy;
  }

  find(path: string): ModelNode | undefined {
    let node: ModelNode | undefined = this.#root;
    for (const name of path.split('/').slice(1)) {
      if (name !== '') node = node?.children.find(([child]) => child === name)?.[1];
    }
    return node;
  }

  do(operation: ModelOperation): string {
    const { path } = operation;
    const node = this.find(path);
    switch (operation.kind) {
      case 'read':
        return node === undefined ? 'ENOENT' : node.value;
      case 'list':
        return node === undefined ? 'ENOENT' : node.children.map(([name]) => `${name}\0`).join('');
      case 'get-permissions':
        return node === undefined ? 'ENOENT' : node.permissions;
      case 'mkdir':
        if (node === undefined) this.#create(path, '');
        return 'OK\0';
      case 'write':
        if (node === undefined) this.#create(path, operation.value);
        else this.#changed(path, true);
        if (node !== undefined) node.value = operation.value;
        return 'OK\0';
      case 'set-permissions':
        if (node === undefined) return 'ENOENT';
        this.#changed(path, true);
        node.permissions = operation.value;
        return 'OK\0';
      case 'rm':
        return this.#remove(path, node);
    }
  }

  #create(path: string, value: string): void {
    let node = this.#root;
    for (const name of path.slice(1).split('/')) {
      let child = node.children.find(([known]) => known === name)?.[1];
      if (child === undefined) {
        child = { value: '', permissions: node.permissions, children: [] };
        node.children.push([name, child]);
      }
      node = child;
    }
    node.value = value;
    this.#changed(path, false);
  }

  #remove(path: string, node: ModelNode | undefined): string {
    const parent = this.find(path.slice(0, path.lastIndexOf('/')));
    if (node === undefined) return parent === undefined ? 'ENOENT' : 'OK\0';
    if (parent === undefined || path === '/') return 'EINVAL';
    parent.children = parent.children.filter(([, child]) => child !== node);
    this.#changed(path, true);
    return 'OK\0';
  }

  #changed(path: string, existed: boolean): void {
    if (!this.changes.has(path)) this.changes.set(path, existed);
  }
}

interface ModelTransaction {
  readonly version: number;
  readonly before: ModelTree;
  tree: ModelTree;
  readonly done: { readonly operation: ModelOperation; readonly answer: string }[];
}

/** A store that copies everything, always. */
export class ModelStore {
  tree = new ModelTree();
  readonly #transactions = new Map<number, ModelTransaction>();
  #version = 0;

  /** @param transaction a number of the caller's choice; undefined for none */
  do(operation: ModelOperation, transaction: number | undefined): string {
    const open = transaction === undefined ? undefined : this.#transactions.get(transaction);
    if (open !== undefined) {
      const answer = open.tree.do(operation);
      open.done.push({ operation, answer });
      return answer;
    }
    this.tree.changes.clear();
    const answer = this.tree.do(operation);
    if (this.tree.changes.size > 0) this.#version += 1;
    return answer;
  }

  start(transaction: number): void {
    this.tree.changes.clear();
    this.#transactions.set(transaction, {
      version: this.#version,
      before: this.tree.copy(),
      tree: this.tree.copy(),
      done: [],
    });
  }

  /** What END answers; the model's `told` are then the paths that watches hear of. */
  end(transaction: number, commit: boolean): string {
    this.tree.changes.clear();
    const open = this.#transactions.get(transaction);
    if (open === undefined) return 'ENOENT';
    this.#transactions.delete(transaction);
    const writes = open.done.some(({ operation }) => changing.has(operation.kind));
    if (!commit || !writes) return 'OK\0';
    let { tree, before } = open;
    if (open.version !== this.#version) {
      before = this.tree.copy();
      tree = this.tree.copy();
      for (const { operation, answer } of open.done) {
        if (tree.do(operation) !== answer) return 'EAGAIN';
      }
    }
    const told = [...tree.changes].filter(
      ([path]) => tree.find(path) !== undefined || before.find(path) !== undefined,
    );
    if (tree.changes.size > 0) this.#version += 1;
    this.tree = tree;
    this.tree.changes = new Map(told);
    return 'OK\0';
  }

  /** Paths that the last call made known to a watch on the root. */
  get told(): string[] {
    return [...this.tree.changes.keys()];
  }
}

const changing: ReadonlySet<string> = new Set(['mkdir', 'write', 'set-permissions', 'rm']);
