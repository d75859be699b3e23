import { putText, putU32 } from '../../xenstore/bytes.js';

/** Lays values one after another into a buffer that grows. Numbers are little-endian. */
export class ByteWriter {
  #bytes: Buffer;
  #length = 0;

  constructor(capacity = 4096) {
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** What was written, as a view that is good until the next write or reset. */
  view(start = 0): Buffer {
    return this.#bytes.subarray(start, this.#length);
  }

  reset(): void {
    this.#length = 0;
  }

  u8(value: number): void {
    this.#room(1)[this.#length] = value;
    this.#length += 1;
  }

  u32(value: number): void {
    putU32(this.#room(4), this.#length, value);
    this.#length += 4;
  }

  i32(value: number): void {
    this.#length = this.#room(4).writeInt32LE(value, this.#length);
  }

  /** Counters: 48 bits last for 8,900 years at a thousand a second. */
  u48(value: number): void {
    const bytes = this.#room(6);
    const at = this.#length;
    const high = Math.floor(value / 2 ** 32);
    putU32(bytes, at, value);
    bytes[at + 4] = high;
    bytes[at + 5] = high >>> 8;
    this.#length = at + 6;
  }

  u64(value: bigint): void {
    this.#length = this.#room(8).writeBigUInt64LE(value, this.#length);
  }

  /** A string of one byte per character, at most 65,535 long. */
  text(value: string): void {
    const { length } = value;
    const bytes = this.#room(2 + length);
    const start = this.#length + 2;
    bytes[start - 2] = length;
    bytes[start - 1] = length >>> 8;
    putText(bytes, start, value);
    this.#length = start + length;
  }

  /** Writes a number that could not be known earlier. */
  patchU32(offset: number, value: number): void {
    this.#bytes.writeUInt32LE(value, offset);
  }

  #room(bytes: number): Buffer {
    if (this.#length + bytes > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + bytes));
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    return this.#bytes;
  }
}

/** Reads back what a ByteWriter wrote. Reading past the end throws a RangeError. */
export class ByteReader {
  readonly #bytes: Buffer;
  #offset = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#offset >= this.#bytes.length;
  }

  u8(): number {
    return this.#bytes.readUInt8(this.#advance(1));
  }

  u32(): number {
    return this.#bytes.readUInt32LE(this.#advance(4));
  }

  i32(): number {
    return this.#bytes.readInt32LE(this.#advance(4));
  }

  u48(): number {
    return this.#bytes.readUIntLE(this.#advance(6), 6);
  }

  u64(): bigint {
    return this.#bytes.readBigUInt64LE(this.#advance(8));
  }

  text(): string {
    const length = this.#bytes.readUInt16LE(this.#advance(2));
    const start = this.#advance(length);
    if (start + length > this.#bytes.length) throw new RangeError('a text is cut off');
    return this.#bytes.toString('latin1', start, start + length);
  }

  #advance(bytes: number): number {
    const start = this.#offset;
    this.#offset += bytes;
    return start;
  }
}
