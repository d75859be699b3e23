/**
 * The framing of `machine/hypervisor.sock`, the same in both directions: a header of three
 * little-endian u32 (id, length of JSON, length of bytes), then the JSON, then the bytes. A request
 * is `{call, params}`; its reply has the same id and is `{result}` or `{error}`.
 */
export interface Frame {
  readonly id: number;
  readonly json: unknown;
  readonly bytes: Buffer;
}

const HEADER_BYTES = 12;
/** The longest JSON, and the longest bytes, that a frame can have. */
export const MAX_PART_BYTES = 16 * 1024 * 1024;

export function encodeFrame(
  id: number,
  json: unknown,
  bytes: Uint8Array = Buffer.alloc(0),
): Buffer[] {
  const text = Buffer.from(JSON.stringify(json));
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(id, 0);
  header.writeUInt32LE(text.length, 4);
  header.writeUInt32LE(bytes.length, 8);
  const head = Buffer.concat([header, text]);
  return bytes.length === 0
    ? [head]
    : [head, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)];
}

/** Puts frames together from whatever chunks a socket gives. */
export class FrameDecoder {
  #chunks: Buffer[] = [];
  #length = 0;

  feed(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /**
   * The next whole frame, if there is one.
   * @throws Error on a length that no frame of ours has, or JSON that is none
   */
  next(): Frame | undefined {
    if (this.#length < HEADER_BYTES) return undefined;
    const header = this.#peek(HEADER_BYTES);
    const jsonBytes = header.readUInt32LE(4);
    const dataBytes = header.readUInt32LE(8);
    if (jsonBytes > MAX_PART_BYTES || dataBytes > MAX_PART_BYTES) {
      throw new Error(`a frame of ${jsonBytes} + ${dataBytes} bytes is too long`);
    }
    const total = HEADER_BYTES + jsonBytes + dataBytes;
    if (this.#length < total) return undefined;
    const whole = this.#peek(total);
    this.#chunks = this.#length > total ? [this.#joined().subarray(total)] : [];
    this.#length -= total;
    return {
      id: whole.readUInt32LE(0),
      json: JSON.parse(whole.toString('utf8', HEADER_BYTES, HEADER_BYTES + jsonBytes)),
      bytes: whole.subarray(HEADER_BYTES + jsonBytes, total),
    };
  }

  #peek(bytes: number): Buffer {
    const first = this.#chunks[0];
    if (first !== undefined && first.length >= bytes) return first.subarray(0, bytes);
    return this.#joined().subarray(0, bytes);
  }

  #joined(): Buffer {
    const [first, ...rest] = this.#chunks;
    if (first !== undefined && rest.length === 0) return first;
    const joined = Buffer.concat(this.#chunks);
    this.#chunks = [joined];
    return joined;
  }
}
