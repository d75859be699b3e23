import { OrderedMap } from 'immutable';

/** Searching and copying a list of this length costs about as much as a change of a wide directory. */
const NARROW_MAX = 32;

/** What a directory holds knows its own name there. */
export interface Named {
  readonly name: string;
}

/**
 * The children of a node by name, in order of creation. A directory may be changed only by the tree
 * that carries its stamp; all others copy it first. Narrow ones are lists, copied whole, as most
 * nodes have few children and there are many; wide ones share structure with their copies.
 */
export class Directory<T extends Named> {
  readonly stamp: number;
  /** Bytes of all names, each with its NUL. */
  #nameBytes = 0;
  #children: T[] | Wide<T> = [];

  constructor(stamp: number) {
    this.stamp = stamp;
  }

  copy(stamp: number): Directory<T> {
    const copy = new Directory<T>(stamp);
    copy.#nameBytes = this.#nameBytes;
    const children = this.#children;
    copy.#children = children instanceof Wide ? children.copy() : children.slice();
    return copy;
  }

  get size(): number {
    const children = this.#children;
    return children instanceof Wide ? children.map.size : children.length;
  }

  get nameBytes(): number {
    return this.#nameBytes;
  }

  get(name: string): T | undefined {
    const children = this.#children;
    if (children instanceof Wide) return children.map.get(name);
    for (const child of children) if (child.name === name) return child;
    return undefined;
  }

  /** Appends a child that is new. */
  add(child: T): void {
    this.#nameBytes += child.name.length + 1;
    const children = this.#children;
    if (children instanceof Wide) children.set(child);
    else if (children.length >= NARROW_MAX) this.#children = new Wide(children.concat(child));
    // A list that is pushed to, or spread into, takes room for many more than most ever hold.
    else this.#children = children.concat(child);
  }

  /** Puts a child in the place of the one of its name. */
  replace(child: T): void {
    const children = this.#children;
    if (children instanceof Wide) children.map = children.map.set(child.name, child);
    else children[indexOf(children, child.name)] = child;
  }

  remove(name: string): void {
    this.#nameBytes -= name.length + 1;
    const children = this.#children;
    if (children instanceof Wide) children.remove(name);
    else children.splice(indexOf(children, name), 1);
  }

  [Symbol.iterator](): Iterator<T> {
    const children = this.#children;
    return children instanceof Wide ? children.map.values() : children.values();
  }

  /** The names, each with a NUL behind it. */
  listing(): string {
    const children = this.#children;
    if (children instanceof Wide) return children.listing();
    let listing = '';
    for (const { name } of children) listing += `${name}\0`;
    return listing;
  }
}

function indexOf(children: readonly Named[], name: string): number {
  return children.findIndex((child) => child.name === name);
}

/** Many children. */
class Wide<T extends Named> {
  map: OrderedMap<string, T>;
  #listing: string | undefined;

  constructor(children: readonly T[] | OrderedMap<string, T>) {
    this.map = OrderedMap.isOrderedMap(children)
      ? children
      : OrderedMap(children.map((child) => [child.name, child]));
    this.map = this.map.asMutable();
  }

  copy(): Wide<T> {
    // Nobody owns the original any more, so freezing it for good takes nothing from anyone.
    const copy = new Wide<T>(this.map.asImmutable());
    copy.#listing = this.#listing;
    return copy;
  }

  set(child: T): void {
    this.#listing = undefined;
    this.map = this.map.set(child.name, child);
  }

  remove(name: string): void {
    this.#listing = undefined;
    this.map = this.map.remove(name);
  }

  listing(): string {
    this.#listing ??= [...this.map.keys()].map((name) => `${name}\0`).join('');
    return this.#listing;
  }
}
