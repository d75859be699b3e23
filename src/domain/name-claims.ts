import type { Uuid } from '../model/index.js';

/**
 * Names that are spoken for although no tree may show them just now: those of domains that are
 * being made, and of domains on their way to another domid. Who wants a name claims it first and
 * then looks for it in the trees, so that of two who want the same at once only one gets it.
 *
 * It is kept in memory: a host has one toolstack daemon, and when that ends without warning, all
 * that claimed a name is brought to its end before anybody may claim another. A check within the
 * transaction that writes the tree would need no memory, but would read all names of the host in
 * every such transaction, and have it collide with every other domain that comes or goes.
 */
export class NameClaims {
  readonly #holders = new Map<string, Set<Uuid>>();

  /** Claims a name; may be repeated. @returns whether no other domain has a claim to it */
  claim(name: string, uuid: Uuid): boolean {
    const holders = this.#holders.get(name) ?? new Set();
    this.#holders.set(name, holders.add(uuid));
    return holders.size === 1;
  }

  /** Whose a name is that no tree may show just now; undefined when nobody's, or disputed. */
  holder(name: string): Uuid | undefined {
    const [holder, ...others] = this.#holders.get(name) ?? [];
    return others.length === 0 ? holder : undefined;
  }

  /** Gives a claim up, because the tree shows the name by now or never will. May be repeated. */
  release(name: string, uuid: Uuid): void {
    const holders = this.#holders.get(name);
    holders?.delete(uuid);
    if (holders?.size === 0) this.#holders.delete(name);
  }

  /** The same claims, for trying out what would come of others. */
  copy(): NameClaims {
    const copy = new NameClaims();
    for (const [name, holders] of this.#holders) copy.#holders.set(name, new Set(holders));
    return copy;
  }
}
