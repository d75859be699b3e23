import { messageOf } from '../../model/index.js';
import type { WatchEvent, XenStoreClient } from '../../xenstore/client.js';
import type { Guest } from './guest.js';

/**
 * Answers every event of a watch, one after another, as long as the guest has this store, and only
 * while the domain runs. Returns when the watch is registered; what goes wrong later is printed.
 */
export async function serve(
  guest: Guest,
  store: XenStoreClient,
  on: { readonly path: string; readonly name: string },
  answer: (event: WatchEvent) => Promise<void>,
): Promise<void> {
  const watch = await store.watch(on.path);
  const follow = async (): Promise<void> => {
    for await (const event of watch) {
      await guest.domain.whenRunnable();
      if (guest.stopped) return;
      await answer(event);
    }
  };
  follow().catch((error: unknown) => {
    if (guest.hasStore(store)) guest.print(`${on.name}: ${messageOf(error)}\n`);
  });
}
