import type { DomainInfo, Domid, Uuid } from '../model/index.js';
import type { Permissions } from '../xenstore/permissions.js';

export interface TreeNode {
  /** Read as UTF-8. */
  readonly value: string;
  readonly permissions: Permissions;
}

/** What an audit looks at: everything at one moment, or as near to it as can be had. */
export interface Snapshot {
  /** All nodes of the store by path. */
  readonly nodes: ReadonlyMap<string, TreeNode>;
  /** All domains of the hypervisor, domain 0 and dying ones included. */
  readonly domains: readonly DomainInfo[];
  /** Domains with an operation under way or stuck, and the domids it knows. */
  readonly busy: { readonly uuids: ReadonlySet<Uuid>; readonly domids: ReadonlySet<Domid> };
  /** Domains that this toolstack made or has adopted. */
  readonly known: ReadonlySet<Uuid>;
  /** Which of them live on this host, and where, by the history. */
  readonly expected: readonly { readonly domid: Domid; readonly uuid: Uuid }[];
}

/** A tree of nodes as one walks it. */
export class Tree {
  readonly nodes: ReadonlyMap<string, TreeNode>;
  readonly #children = new Map<string, string[]>();

  constructor(nodes: ReadonlyMap<string, TreeNode>) {
    this.nodes = nodes;
    for (const path of nodes.keys()) {
      const slash = path.lastIndexOf('/');
      const name = path.slice(slash + 1);
      if (name === '') continue;
      const parent = path.slice(0, slash);
      const siblings = this.#children.get(parent);
      if (siblings === undefined) this.#children.set(parent, [name]);
      else siblings.push(name);
    }
  }

  has(path: string): boolean {
    return this.nodes.has(path);
  }

  value(path: string): string | undefined {
    return this.nodes.get(path)?.value;
  }

  /** The names of a node's children, in order; none where there is no such node. */
  children(path: string): readonly string[] {
    return (this.#children.get(path) ?? []).toSorted();
  }

  isEmpty(path: string): boolean {
    return !this.#children.has(path);
  }
}
