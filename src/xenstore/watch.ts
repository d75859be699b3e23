import type { XenStoreError } from './errors.js';

export interface WatchEvent {
  /** What changed, written as the watch was: relative if that was relative. */
  readonly path: string;
  readonly token: string;
}

/**
 * A registered watch: an async iterable of its events, for one consumer. The first event comes at
 * once, whether or not the node exists. Events with equal paths that wait to be taken are one.
 */
export interface Watch extends AsyncIterable<WatchEvent> {
  readonly path: string;
  readonly token: string;
  /** Unregisters the watch and ends the iteration. */
  close(): Promise<void>;
}

type Waiter = {
  resolve(result: IteratorResult<WatchEvent>): void;
  reject(error: XenStoreError): void;
};
const DONE: IteratorResult<WatchEvent> = { done: true, value: undefined };

/** The events of one watch between the connection and whoever takes them. */
export class WatchQueue {
  readonly #token: string;
  readonly #pending = new Set<string>();
  readonly #waiters: Waiter[] = [];
  #end: { readonly error: XenStoreError | undefined } | undefined;

  constructor(token: string) {
    this.#token = token;
  }

  push(path: string): void {
    if (this.#end !== undefined) return;
    const waiter = this.#waiters.shift();
    if (waiter === undefined) this.#pending.add(path);
    else waiter.resolve({ done: false, value: { path, token: this.#token } });
  }

  /** No more events: the iteration ends, or throws `error`, once the pending ones are taken. */
  end(error?: XenStoreError): void {
    if (this.#end !== undefined) return;
    this.#end = { error };
    for (const { resolve, reject } of this.#waiters.splice(0)) {
      if (error === undefined) resolve(DONE);
      else reject(error);
    }
  }

  next(): Promise<IteratorResult<WatchEvent>> {
    for (const path of this.#pending) {
      this.#pending.delete(path);
      return Promise.resolve({ done: false, value: { path, token: this.#token } });
    }
    if (this.#end === undefined) {
      return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
    }
    return this.#end.error === undefined ? Promise.resolve(DONE) : Promise.reject(this.#end.error);
  }

  /** Ends at once and forgets what was not taken. */
  discard(): void {
    this.#pending.clear();
    this.end();
  }
}
