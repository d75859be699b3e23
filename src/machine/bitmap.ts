import { setBits } from '../hypervisor/embedded/set-bits.js';

/** A fixed number of bits: which page frames are populated, which are dirty. */
export class Bitmap {
  readonly size: number;
  readonly bytes: Buffer;
  #count = 0;

  constructor(size: number) {
    this.size = size;
    this.bytes = Buffer.alloc(Math.ceil(size / 8));
  }

  get count(): number {
    return this.#count;
  }

  has(index: number): boolean {
    return ((this.bytes[index >>> 3] ?? 0) & (1 << (index & 7))) !== 0;
  }

  /** Sets a bit; returns whether it was clear before. */
  add(index: number): boolean {
    if (this.has(index)) return false;
    this.bytes[index >>> 3] = (this.bytes[index >>> 3] ?? 0) | (1 << (index & 7));
    this.#count += 1;
    return true;
  }

  /** Clears a bit. */
  delete(index: number): void {
    if (!this.has(index)) return;
    this.bytes[index >>> 3] = (this.bytes[index >>> 3] ?? 0) & ~(1 << (index & 7));
    this.#count -= 1;
  }

  /** A bitmap of another, not smaller, size with the same bits. */
  grown(size: number): Bitmap {
    const grown = new Bitmap(size);
    this.bytes.copy(grown.bytes);
    grown.#count = this.#count;
    return grown;
  }

  /** The indices of the set bits, counting up. */
  [Symbol.iterator](): Generator<number> {
    return setBits(this.bytes);
  }

  /** The set bits as they were, leaving none set. */
  take(): Buffer {
    const taken = Buffer.from(this.bytes);
    this.bytes.fill(0);
    this.#count = 0;
    return taken;
  }
}
