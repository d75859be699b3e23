import { OrderedMap } from 'immutable';

/** Copying a Map of this size costs about as much as a change of a wide directory. */
const NARROW_MAX = 64;

/**
 * The children of a node by name, in order of creation. A directory may be changed only by the tree
 * that carries its stamp; all others copy it first. Narrow ones are copied whole, wide ones share
 * structure with their copies.
 */
export class Directory<T> {
  readonly stamp: number;
  /** Bytes of all names, each with its NUL. */
  #nameBytes = 0;
  #narrow: Map<string, T> | undefined = new Map();
  #wide: OrderedMap<string, T> = OrderedMap();
  /** The listing of a wide directory, until it changes. */
  #listing: string | undefined;

  constructor(stamp: number) {
    this.stamp = stamp;
  }

  copy(stamp: number): Directory<T> {
    const copy = new Directory<T>(stamp);
    copy.#nameBytes = this.#nameBytes;
    if (this.#narrow !== undefined) {
      copy.#narrow = new Map(this.#narrow);
    } else {
      copy.#narrow = undefined;
      // Nobody owns `this` any more, so freezing it for good takes nothing from anyone.
      copy.#wide = this.#wide.asImmutable().asMutable();
      copy.#listing = this.#listing;
    }
    return copy;
  }

  get size(): number {
    return this.#narrow?.size ?? this.#wide.size;
  }

  get nameBytes(): number {
    return this.#nameBytes;
  }

  get(name: string): T | undefined {
    return this.#narrow === undefined ? this.#wide.get(name) : this.#narrow.get(name);
  }

  /** Appends a child that is new. */
  add(name: string, child: T): void {
    this.#nameBytes += name.length + 1;
    this.#listing = undefined;
    if (this.#narrow !== undefined && this.#narrow.size < NARROW_MAX) {
      this.#narrow.set(name, child);
      return;
    }
    if (this.#narrow !== undefined) {
      this.#wide = OrderedMap(this.#narrow).asMutable();
      this.#narrow = undefined;
    }
    this.#wide = this.#wide.set(name, child);
  }

  /** Puts another child in the place of one that is there. */
  replace(name: string, child: T): void {
    if (this.#narrow === undefined) this.#wide = this.#wide.set(name, child);
    else this.#narrow.set(name, child);
  }

  remove(name: string): void {
    this.#nameBytes -= name.length + 1;
    this.#listing = undefined;
    if (this.#narrow === undefined) this.#wide = this.#wide.remove(name);
    else this.#narrow.delete(name);
  }

  entries(): IterableIterator<[string, T]> {
    return this.#narrow === undefined ? this.#wide.entries() : this.#narrow.entries();
  }

  /** The names, each with a NUL behind it. */
  listing(): string {
    if (this.#narrow !== undefined) {
      let listing = '';
      for (const name of this.#narrow.keys()) listing += `${name}\0`;
      return listing;
    }
    this.#listing ??= `${[...this.#wide.keys()].join('\0')}\0`;
    return this.#listing;
  }
}
