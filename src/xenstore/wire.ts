import { putText, putU32, readU32 } from './bytes.js';
import { XenStoreError } from './errors.js';

/** Message types (`enum xsd_sockmsg_type`, xen/io/xs_wire.h). */
export const MessageType = {
  CONTROL: 0,
  DIRECTORY: 1,
  READ: 2,
  GET_PERMS: 3,
  WATCH: 4,
  UNWATCH: 5,
  TRANSACTION_START: 6,
  TRANSACTION_END: 7,
  INTRODUCE: 8,
  RELEASE: 9,
  GET_DOMAIN_PATH: 10,
  WRITE: 11,
  MKDIR: 12,
  RM: 13,
  SET_PERMS: 14,
  WATCH_EVENT: 15,
  ERROR: 16,
  IS_DOMAIN_INTRODUCED: 17,
  RESUME: 18,
  SET_TARGET: 19,
  RESET_WATCHES: 21,
  DIRECTORY_PART: 22,
} as const;
export type MessageType = (typeof MessageType)[keyof typeof MessageType];

/** Bytes of `struct xsd_sockmsg`: type, request id, transaction id, payload length; u32 LE each. */
export const HEADER_BYTES = 16;
/** `XENSTORE_PAYLOAD_MAX` */
export const PAYLOAD_MAX = 4096;

/** A message as it came off the wire: a place in received bytes, and good for as long as those. */
export class Frame {
  /** Any u32: peers may send types that we do not know. */
  readonly type: number;
  readonly requestId: number;
  readonly transactionId: number;
  readonly #bytes: Buffer;
  readonly #start: number;
  readonly #end: number;

  /** @param start where the header begins, @param end where the payload ends */
  constructor(bytes: Buffer, start: number, end: number) {
    this.type = readU32(bytes, start);
    this.requestId = readU32(bytes, start + 4);
    this.transactionId = readU32(bytes, start + 8);
    this.#bytes = bytes;
    this.#start = start + HEADER_BYTES;
    this.#end = end;
  }

  get payload(): Buffer {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  get payloadLength(): number {
    return this.#end - this.#start;
  }

  /** Where the next NUL is in the payload, at or after `from`; -1 when there is none. */
  nulAfter(from: number): number {
    const bytes = this.#bytes;
    for (let index = this.#start + from; index < this.#end; index++) {
      if (bytes[index] === 0) return index - this.#start;
    }
    return -1;
  }

  /** A part of the payload, one character for each byte. */
  text(from = 0, to = this.payloadLength): string {
    return this.#bytes.toString('latin1', this.#start + from, this.#start + to);
  }
}

/** A message to be sent. A string payload holds one byte per character (latin1). */
export interface OutgoingFrame {
  readonly type: number;
  readonly requestId: number;
  readonly transactionId: number;
  readonly payload: string | Uint8Array;
}

/** Lays messages one after another into one buffer of exactly their size. */
export function encodeFrames(frames: readonly OutgoingFrame[]): Buffer {
  const bytes = Buffer.allocUnsafe(encodedBytes(frames));
  encodeFramesInto(bytes, frames);
  return bytes;
}

/** The bytes that messages need. */
export function encodedBytes(frames: readonly OutgoingFrame[]): number {
  let size = 0;
  for (const frame of frames) size += HEADER_BYTES + frame.payload.length;
  return size;
}

/** As {@link encodeFrames}, to the beginning of a buffer that has room for them. */
export function encodeFramesInto(bytes: Buffer, frames: readonly OutgoingFrame[]): void {
  let offset = 0;
  for (const { type, requestId, transactionId, payload } of frames) {
    putU32(bytes, offset, type);
    putU32(bytes, offset + 4, requestId);
    putU32(bytes, offset + 8, transactionId);
    putU32(bytes, offset + 12, payload.length);
    offset += HEADER_BYTES;
    if (typeof payload === 'string') putText(bytes, offset, payload);
    else bytes.set(payload, offset);
    offset += payload.length;
  }
}

const NOTHING: Buffer = Buffer.alloc(0);

/**
 * Takes received bytes in any chunking and gives whole messages. A message that lies within one
 * chunk is not copied; one that does not is gathered once into a buffer of its own size.
 */
export class FrameDecoder {
  readonly #maxPayload: number;
  /** The chunk being read, how far it is read, where it ends, and chunks behind it. */
  #chunk: Buffer = NOTHING;
  #offset = 0;
  #end = 0;
  readonly #waiting: Buffer[] = [];
  /** A message that started in an earlier chunk: at first only room for its header. */
  #partial: Buffer | undefined;
  #filled = 0;

  /** @param maxPayload longest payload in bytes that is taken */
  constructor(maxPayload: number = PAYLOAD_MAX) {
    this.#maxPayload = maxPayload;
  }

  /**
   * Hands over received bytes, the first `length` of a chunk. The decoder keeps the chunk: the caller
   * must not write to it before it is all read, or {@link keepRest} is called.
   */
  feed(chunk: Buffer, length: number = chunk.length): void {
    if (length === 0) return;
    if (this.#offset < this.#end) this.#waiting.push(chunk.subarray(0, length));
    else this.#begin(chunk, length);
  }

  #begin(chunk: Buffer, length: number): void {
    this.#chunk = chunk;
    this.#offset = 0;
    this.#end = length;
  }

  /** Copies what was not read yet, so that the chunk last handed over is the caller's again. */
  keepRest(): void {
    const last = this.#waiting.pop();
    if (last !== undefined) this.#waiting.push(Buffer.from(last));
    else if (this.#offset < this.#end) {
      const rest = Buffer.from(this.#chunk.subarray(this.#offset, this.#end));
      this.#begin(rest, rest.length);
    }
  }

  /**
   * The next whole message, undefined while bytes are missing.
   * @throws XenStoreError EPROTO as soon as a header announces too long a payload; the stream cannot
   * be read any further then.
   */
  next(): Frame | undefined {
    return this.#partial === undefined ? this.#nextInChunk() : this.#completePartial(this.#partial);
  }

  #nextInChunk(): Frame | undefined {
    const start = this.#offset;
    const available = this.#end - start;
    if (available >= HEADER_BYTES) {
      const end = start + HEADER_BYTES + this.#payloadLength(this.#chunk, start);
      if (end <= this.#end) {
        const frame = new Frame(this.#chunk, start, end);
        this.#advance(end);
        return frame;
      }
    } else if (available === 0) {
      return undefined;
    }
    return this.#completePartial(Buffer.allocUnsafe(HEADER_BYTES));
  }

  #completePartial(partial: Buffer): Frame | undefined {
    let target = partial;
    for (;;) {
      while (this.#filled < target.length) {
        if (this.#offset === this.#end) {
          this.#partial = target;
          return undefined;
        }
        const copied = this.#chunk.copy(target, this.#filled, this.#offset, this.#end);
        this.#filled += copied;
        this.#advance(this.#offset + copied);
      }
      const size = HEADER_BYTES + this.#payloadLength(target, 0);
      if (size === target.length) {
        this.#partial = undefined;
        this.#filled = 0;
        return new Frame(target, 0, size);
      }
      const whole = Buffer.allocUnsafe(size);
      target.copy(whole);
      target = whole;
    }
  }

  #advance(offset: number): void {
    this.#offset = offset;
    if (offset < this.#end) return;
    const next = this.#waiting.shift() ?? NOTHING;
    this.#begin(next, next.length);
  }

  #payloadLength(bytes: Buffer, headerStart: number): number {
    const length = readU32(bytes, headerStart + 12);
    if (length > this.#maxPayload) {
      throw new XenStoreError(
        'EPROTO',
        `a message announces ${length} bytes of payload, ${this.#maxPayload} are allowed`,
      );
    }
    return length;
  }
}
