import { XenStoreError } from '../xenstore/errors.js';
import type { Store } from '../xenstore/store.js';
import type { StoreView } from '../xenstore/view.js';
import type { Watch, WatchEvent } from '../xenstore/watch.js';
import { OverlayView } from './overlay-view.js';

/**
 * A store to try things out on: what is done to it stays in memory. Nobody else acts on it, so it
 * never makes anybody wait: what is not there will not come.
 */
export class OverlayStore extends OverlayView implements Store {
  readonly #base: Store;
  readonly #introduced = new Map<number, boolean>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(base: Store) {
    super(base);
    this.#base = base;
  }

  /** One after the other, so that none ever collides. */
  transaction<T>(body: (tx: StoreView) => Promise<T>): Promise<T> {
    const result = this.#last.then(async () => {
      const view = new OverlayView(this);
      const made = await body(view);
      this.absorb(view);
      return made;
    });
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Has the first event, which comes whether or not anything happens, and no more. */
  watch(path: string): Promise<Watch> {
    const token = 'preview';
    const events = async function* (): AsyncGenerator<WatchEvent> {
      yield { path, token };
    };
    return Promise.resolve({
      path,
      token,
      [Symbol.asyncIterator]: events,
      close: () => Promise.resolve(),
    });
  }

  /** Answers from what is there now. @throws XenStoreError ETIMEDOUT at once */
  async waitFor<T>(
    path: string,
    check: (value: string | undefined) => T | undefined,
    { timeoutMs }: { readonly timeoutMs: number },
  ): Promise<T> {
    const found = check(await this.maybeRead(path));
    if (found !== undefined) return found;
    throw new XenStoreError('ETIMEDOUT', `wait for ${path} for ${timeoutMs} ms`, { path });
  }

  introduce(domid: number): Promise<void> {
    this.#introduced.set(domid, true);
    return Promise.resolve();
  }

  release(domid: number): Promise<void> {
    this.#introduced.set(domid, false);
    return Promise.resolve();
  }

  resume(): Promise<void> {
    return Promise.resolve();
  }

  async isIntroduced(domid: number): Promise<boolean> {
    return this.#introduced.get(domid) ?? this.#base.isIntroduced(domid);
  }

  /** The store below stays open. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}
