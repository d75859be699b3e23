import { Transform, type TransformCallback } from 'node:stream';

/** Shorter pauses than this are not worth a timer. */
const LEAST_PAUSE_MS = 2;
/** Small, so that a writer who waits for room sees the rate, and not a buffer that takes it all. */
const ACCEPTED_BYTES = 64 * 1024;
/** What may wait to be read: enough for the reader not to wait for the writer. */
const READY_BYTES = 1024 * 1024;

/** Lets bytes through at a given rate, so that a migration leaves others their share of the link. */
export class Pacer extends Transform {
  readonly #bytesPerMs: number;
  #dueAt = performance.now();
  #pause: NodeJS.Timeout | undefined;

  /** @param kibPerSecond no limit when absent */
  constructor(kibPerSecond: number | undefined) {
    super({ writableHighWaterMark: ACCEPTED_BYTES, readableHighWaterMark: READY_BYTES });
    this.#bytesPerMs =
      kibPerSecond === undefined ? Number.POSITIVE_INFINITY : (kibPerSecond * 1024) / 1000;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const now = performance.now();
    this.#dueAt = Math.max(this.#dueAt, now) + chunk.length / this.#bytesPerMs;
    const pauseMs = this.#dueAt - now;
    if (pauseMs < LEAST_PAUSE_MS) done(null, chunk);
    else this.#pause = setTimeout(() => done(null, chunk), pauseMs);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.#pause);
    done(error);
  }
}
