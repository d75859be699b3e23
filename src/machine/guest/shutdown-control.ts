import { messageOf } from '../../model/index.js';
import type { XenStoreClient } from '../../xenstore/client.js';
import type { Guest } from './guest.js';

const REQUESTS = ['poweroff', 'reboot', 'halt', 'suspend'] as const;
type Request = (typeof REQUESTS)[number];

/**
 * Announces what the guest understands and obeys `control/shutdown`, as drivers/xen/manage.c of
 * Linux does: acknowledge by emptying the node in a transaction, then stop.
 */
export async function listenForShutdown(guest: Guest, store: XenStoreClient): Promise<void> {
  for (const feature of ['poweroff', 'reboot', 'suspend']) {
    await store.write(`control/feature-${feature}`, '1');
  }
  const watch = await store.watch('control/shutdown');
  obey(guest, store, watch).catch((error: unknown) => {
    if (guest.stopped) return;
    guest.print(`control/shutdown: ${messageOf(error)}\n`);
  });
}

async function obey(
  guest: Guest,
  store: XenStoreClient,
  watch: AsyncIterable<unknown>,
): Promise<void> {
  for await (const _ of watch) {
    await guest.domain.whenRunnable();
    const request = await store.transaction(async (tx) => {
      const value = parseRequest(await tx.maybeRead('control/shutdown'));
      if (value === undefined || guest.parameters.ignore.includes(value)) return undefined;
      await tx.write('control/shutdown', '');
      return value;
    });
    if (request === undefined) continue;
    await guest.domain.whenRunnable();
    if (guest.stopped) return;
    guest.print(`domovoi guest: ${request}\n`);
    await guest.shutdown(request === 'halt' ? 'poweroff' : request);
    guest.print('domovoi guest: suspend was cancelled\n');
  }
}

function parseRequest(text: string | undefined): Request | undefined {
  return REQUESTS.find((request) => request === text);
}
