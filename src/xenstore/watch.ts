export interface WatchEvent {
  /** What changed, written as the watch was: relative if that was relative. */
  readonly path: string;
  readonly token: string;
}

/**
 * A registered watch: an async iterable of its events, for one consumer. The first event comes at
 * once, whether or not the node exists. Events with equal paths that wait to be taken are one.
 *
 * An event of the watch's own path means: look at all of it. It comes first, it comes again when
 * the connection was lost and there is another one (what happened in between is not told), and it
 * comes instead of the events that wait when they are more than WAITING_MAX.
 */
export interface Watch extends AsyncIterable<WatchEvent> {
  readonly path: string;
  readonly token: string;
  /** Unregisters the watch and ends the iteration. */
  close(): Promise<void>;
}

type Waiter = {
  resolve(result: IteratorResult<WatchEvent>): void;
  reject(error: unknown): void;
};
/** How many different paths wait to be taken: others write them, so they need a limit. */
export const WAITING_MAX = 1024;
const DONE: IteratorResult<WatchEvent> = { done: true, value: undefined };

/** The events of one watch between the connection and whoever takes them. */
export class WatchQueue {
  readonly #path: string;
  readonly #token: string;
  readonly #pending = new Set<string>();
  readonly #waiters: Waiter[] = [];
  #end: { readonly error: unknown } | undefined;

  constructor(path: string, token: string) {
    this.#path = path;
    this.#token = token;
  }

  push(path: string): void {
    if (this.#end !== undefined) return;
    const waiter = this.#waiters.shift();
    if (waiter === undefined) this.#keep(path);
    else waiter.resolve({ done: false, value: { path, token: this.#token } });
  }

  #keep(path: string): void {
    this.#pending.add(path);
    if (this.#pending.size <= WAITING_MAX) return;
    this.#pending.clear();
    this.#pending.add(this.#path);
  }

  /** No more events: the iteration ends, or throws `error`, once the pending ones are taken. */
  end(error?: unknown): void {
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
