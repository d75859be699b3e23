import type { Duplex } from 'node:stream';

/** What a transport tells whoever uses it. */
export interface Receiver {
  /** The first `length` bytes of these came. They may be written to again when this returns. */
  received(bytes: Buffer, length: number): void;
  /** All that was given to `send` has gone out, after that had said that it takes no more. */
  drained(): void;
  /** The other side sends no more; it may still read. */
  ended(): void;
  /** The other side is gone, or the transport broke. */
  closed(error?: Error): void;
}

/** A way for bytes between the daemon and one client. */
export interface Transport {
  /** To be called once, before all else. */
  start(receiver: Receiver): void;
  /**
   * Sends the first `length` of these bytes; the caller may write to them again at once. False when
   * the other side takes no more for now: the bytes wait, and `drained` tells.
   */
  send(bytes: Buffer, length: number): boolean;
  /** Reads no more until `resume`. */
  pause(): void;
  resume(): void;
  /** Closes once all that waits has gone out, telling nobody. */
  finish(): void;
  /** Closes at once, telling nobody. Bytes that wait are lost. Safe to call twice. */
  close(): void;
}

/** Bytes that may wait in a stream before it takes no more. */
const UNSENT_MAX = 64 * 1024;

/** A transport over a stream of Node's: a socket, or one end of a pair within the process. */
export class StreamTransport implements Transport {
  readonly #stream: Duplex;

  constructor(stream: Duplex) {
    this.#stream = stream;
  }

  start(receiver: Receiver): void {
    this.#stream.on('data', (bytes: Buffer) => receiver.received(bytes, bytes.length));
    this.#stream.on('drain', () => receiver.drained());
    this.#stream.on('end', () => receiver.ended());
    this.#stream.on('error', (error) => receiver.closed(error));
    this.#stream.on('close', () => receiver.closed());
  }

  send(bytes: Buffer, length: number): boolean {
    this.#stream.write(Buffer.from(bytes.subarray(0, length)));
    return this.#stream.writableLength <= UNSENT_MAX;
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  finish(): void {
    this.#stream.end(() => this.#stream.destroy());
  }

  close(): void {
    this.#stream.destroy();
  }
}
