import { unlessMissing, XenStoreError } from '../xenstore/errors.js';
import { childPath, isNodePath, parentPath } from '../xenstore/path.js';
import type { Permission, Permissions } from '../xenstore/permissions.js';
import type { StoreView } from '../xenstore/view.js';

/** A node as it would be. */
export interface OverlayNode {
  readonly value: Buffer;
  readonly permissions: readonly Permission[];
}

/** What an overlay wants to know of the store below. */
export type StoreBase = Pick<StoreView, 'read' | 'getPermissions' | 'maybeList'>;

/**
 * A store as domain 0 would leave it: reads fall through to `base`, changes stay here. Requests are
 * handled in the order in which they are made, awaited or not, as over a connection.
 */
export class OverlayView implements StoreView {
  readonly #base: StoreBase;
  /** What was written or re-permitted. */
  readonly #nodes = new Map<string, OverlayNode>();
  /** Nodes of which, and below which, nothing of the base is left. */
  readonly #cut = new Set<string>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(base: StoreBase) {
    this.#base = base;
  }

  /** All that was changed. */
  get nodes(): ReadonlyMap<string, OverlayNode> {
    return this.#nodes;
  }

  get cut(): ReadonlySet<string> {
    return this.#cut;
  }

  read(path: string): Promise<Buffer> {
    return this.#request('read', path, async () => (await this.#get('read', path)).value);
  }

  async readText(path: string): Promise<string> {
    return (await this.read(path)).toString('utf8');
  }

  maybeRead(path: string): Promise<string | undefined> {
    return unlessMissing(this.readText(path));
  }

  exists(path: string): Promise<boolean> {
    return this.#request('look for', path, async () => (await this.#find(path)) !== undefined);
  }

  list(path: string): Promise<string[]> {
    return this.#request('list', path, async () => {
      await this.#get('list', path);
      const below = this.#isCut(path) ? [] : ((await this.#base.maybeList(path)) ?? []);
      const kept = below.filter((name) => !this.#cut.has(childPath(path, name)));
      const ours = [...this.#nodes.keys()].filter((node) => parentPath(node) === path);
      return [...new Set([...kept, ...ours.map(nameOf)])];
    });
  }

  maybeList(path: string): Promise<string[] | undefined> {
    return unlessMissing(this.list(path));
  }

  write(path: string, value: string | Uint8Array): Promise<void> {
    return this.#request('write', path, async () => {
      const { permissions } = (await this.#find(path)) ?? (await this.#create(path));
      this.#nodes.set(path, { value: Buffer.from(value), permissions });
    });
  }

  mkdir(path: string): Promise<void> {
    return this.#request('create', path, async () => {
      if ((await this.#find(path)) === undefined) await this.#create(path);
    });
  }

  remove(path: string): Promise<void> {
    return this.#request('remove', path, async () => {
      const parent = parentPath(path);
      if (parent === undefined) throw new XenStoreError('EINVAL', `remove ${path}`, { path });
      if ((await this.#find(path)) === undefined) await this.#get('remove', parent);
      this.#drop(path);
    });
  }

  getPermissions(path: string): Promise<Permission[]> {
    return this.#request('read the permissions of', path, async () => [
      ...(await this.#get('read the permissions of', path)).permissions,
    ]);
  }

  setPermissions(path: string, permissions: Permissions): Promise<void> {
    return this.#request('set the permissions of', path, async () => {
      const { value } = await this.#get('set the permissions of', path);
      this.#nodes.set(path, { value, permissions: [...permissions] });
    });
  }

  /** Takes over what was done to a view whose base this one is. */
  protected absorb(view: OverlayView): void {
    for (const path of view.#cut) this.#drop(path);
    for (const [path, node] of view.#nodes) this.#nodes.set(path, node);
  }

  /** A node that is not there, and those above it that are missing; each as its parent permits. */
  async #create(path: string): Promise<OverlayNode> {
    const parent = parentPath(path) ?? '/';
    const { permissions } = (await this.#find(parent)) ?? (await this.#create(parent));
    const node = { value: Buffer.alloc(0), permissions };
    this.#cut.add(path);
    this.#nodes.set(path, node);
    return node;
  }

  #drop(path: string): void {
    for (const node of this.#nodes.keys()) {
      if (node === path || node.startsWith(`${path}/`)) this.#nodes.delete(node);
    }
    this.#cut.add(path);
  }

  async #get(verb: string, path: string): Promise<OverlayNode> {
    const node = await this.#find(path);
    if (node === undefined) throw new XenStoreError('ENOENT', `${verb} ${path}`, { path });
    return node;
  }

  async #find(path: string): Promise<OverlayNode | undefined> {
    const own = this.#nodes.get(path);
    if (own !== undefined) return own;
    return this.#isCut(path) ? undefined : nodeAt(this.#base, path);
  }

  #isCut(path: string): boolean {
    for (let at: string | undefined = path; at !== undefined; at = parentPath(at)) {
      if (this.#cut.has(at)) return true;
    }
    return false;
  }

  #request<T>(verb: string, path: string, handle: () => Promise<T>): Promise<T> {
    const answer = this.#last.then(() => {
      if (!isNodePath(path)) throw new XenStoreError('EINVAL', `${verb} ${path}`, { path });
      return handle();
    });
    this.#last = answer.catch(() => undefined);
    return answer;
  }
}

/** A node of any store; undefined where there is none. */
export function nodeAt(view: StoreBase, path: string): Promise<OverlayNode | undefined> {
  return unlessMissing(
    Promise.all([view.read(path), view.getPermissions(path)]).then(([value, permissions]) => ({
      value,
      permissions,
    })),
  );
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
