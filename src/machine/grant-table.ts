import { type Domid, ToolstackError } from '../model/index.js';

/** Refs below this are Xen's own (`GNTTAB_NR_RESERVED_ENTRIES`, xen/public/grant_table.h). */
const FIRST_FREE_REF = 8;

interface Grant {
  readonly to: Domid;
  readonly frame: number;
  mappings: number;
  ended: boolean;
}

/** What pages a domain lets others map. */
export class GrantTable {
  readonly #grants = new Map<number, Grant>();
  #next = FIRST_FREE_REF;
  #mapped = 0;

  /** Lets `to` map `frame`. Returns the grant reference. */
  grant(to: Domid, frame: number): number {
    const ref = this.#next;
    this.#next += 1;
    this.#grants.set(ref, { to, frame, mappings: 0, ended: false });
    return ref;
  }

  /** Maps a granted page for `by`; returns its frame. @throws ToolstackError EINVAL, EPERM */
  map(ref: number, by: Domid): number {
    const grant = this.#grants.get(ref);
    if (grant === undefined || grant.ended) {
      throw new ToolstackError('EINVAL', `there is no grant reference ${ref}`);
    }
    if (grant.to !== by) {
      throw new ToolstackError(
        'EPERM',
        `grant reference ${ref} is for domain ${grant.to}, not ${by}`,
      );
    }
    grant.mappings += 1;
    this.#mapped += 1;
    return grant.frame;
  }

  unmap(ref: number): void {
    const grant = this.#grants.get(ref);
    if (grant === undefined || grant.mappings === 0) return;
    grant.mappings -= 1;
    this.#mapped -= 1;
    if (grant.ended && grant.mappings === 0) this.#grants.delete(ref);
  }

  /**
   * Takes a grant back: nobody maps it from now on. Where it still is mapped it goes with its last
   * mapping, as Linux defers it (`gnttab_add_deferred`).
   */
  end(ref: number): void {
    const grant = this.#grants.get(ref);
    if (grant === undefined) return;
    grant.ended = true;
    if (grant.mappings === 0) this.#grants.delete(ref);
  }

  /** Takes back all that was granted. */
  endAll(): void {
    for (const ref of [...this.#grants.keys()]) this.end(ref);
  }

  /** Grants that are given, or ended and still mapped. */
  get size(): number {
    return this.#grants.size;
  }

  /** Pages of this domain that others hold: they keep a destroyed domain dying. */
  get mapped(): number {
    return this.#mapped;
  }
}
