import type { Writable } from 'node:stream';
import { ToolstackError } from '../../model/index.js';
import { cancellation } from './cancellation.js';

/** Writes with back pressure, until it is told to stop or the other end goes away. */
export class Sink {
  readonly #output: Writable;
  readonly #signal: AbortSignal;
  readonly #onError = (error: Error): void => {
    this.#error = error;
  };
  #error: Error | undefined;

  constructor(output: Writable, signal: AbortSignal) {
    this.#output = output;
    this.#signal = signal;
    output.on('error', this.#onError);
  }

  close(): void {
    this.#output.off('error', this.#onError);
  }

  async write(parts: readonly Uint8Array[]): Promise<void> {
    if (this.#signal.aborted) throw cancellation(this.#signal);
    if (this.#output.destroyed || this.#output.writableEnded) throw this.#closed();
    this.#output.cork();
    for (const part of parts) if (part.length > 0) this.#output.write(part);
    this.#output.uncork();
    if (!this.#output.writableNeedDrain) return;
    await new Promise<void>((resolve, reject) => {
      const settle = (error?: unknown): void => {
        this.#output.off('drain', onDrain);
        this.#output.off('close', onClose);
        this.#signal.removeEventListener('abort', onAbort);
        if (error === undefined) resolve();
        else reject(error);
      };
      const onDrain = (): void => settle();
      const onClose = (): void => settle(this.#closed());
      const onAbort = (): void => settle(cancellation(this.#signal));
      this.#output.once('drain', onDrain);
      this.#output.once('close', onClose);
      this.#signal.addEventListener('abort', onAbort);
    });
  }

  #closed(): ToolstackError {
    const why = this.#error === undefined ? '' : `: ${this.#error.message}`;
    return new ToolstackError('EIO', `the receiving side has closed the stream${why}`, {
      cause: this.#error,
    });
  }
}
