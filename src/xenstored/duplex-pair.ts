import { Duplex } from 'node:stream';
import { XenStoreError } from '../xenstore/errors.js';

/**
 * Two connected transports within this process, like the two ends of a socket: what is written to
 * one is read from the other, a slow reader slows down the writer, and when one end is destroyed
 * the other reads what is left, ends, and is destroyed as well. (`duplexPair` of node:stream leaves
 * the other end open.)
 */
export function duplexPair(): [Duplex, Duplex] {
  const first = new PairedEnd();
  const second = new PairedEnd();
  first.pairWith(second);
  second.pairWith(first);
  return [first, second];
}

class PairedEnd extends Duplex {
  #other: PairedEnd | undefined;
  /** Lets the other end write on, once this one has been read. */
  #takeMore: (() => void) | undefined;
  #hasEnded = false;

  pairWith(other: PairedEnd): void {
    this.#other = other;
  }

  override _read(): void {
    const takeMore = this.#takeMore;
    this.#takeMore = undefined;
    takeMore?.();
  }

  override _write(
    chunk: Buffer,
    _encoding: BufferEncoding,
    callback: (error?: Error | null) => void,
  ): void {
    const other = this.#other;
    if (other === undefined || other.destroyed) {
      callback(new XenStoreError('ECONNRESET', 'write to a transport whose other end is gone'));
    } else if (other.push(chunk)) {
      callback();
    } else {
      other.#takeMore = callback;
    }
  }

  override _final(callback: () => void): void {
    if (this.#other !== undefined) this.#other.#endReading();
    callback();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const other = this.#other;
    if (other !== undefined && !other.destroyed) {
      if (other.readableEnded) other.destroy();
      else other.once('end', () => other.destroy());
      other.#endReading();
    }
    // A write of the other end that waits for this one to be read never will be.
    const takeMore = this.#takeMore;
    this.#takeMore = undefined;
    takeMore?.();
    callback(error);
  }

  #endReading(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.push(null);
  }
}
