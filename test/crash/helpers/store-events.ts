import type { Store } from '../../../src/xenstore/store.js';

/** That something has changed in a store, or with a domain. */
export class StoreEvents {
  #waiting: (() => void)[] = [];

  static async of(store: Store): Promise<StoreEvents> {
    const events = new StoreEvents();
    for (const path of ['/', '@introduceDomain', '@releaseDomain']) {
      const watch = await store.watch(path);
      const follow = async (): Promise<void> => {
        for await (const _ of watch) for (const wake of events.#waiting.splice(0)) wake();
      };
      // It ends with the connection.
      follow().catch(() => undefined);
    }
    return events;
  }

  /** True when something happens from now on; false when nothing does in so many ms. */
  next(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), Math.max(0, ms));
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  }
}
