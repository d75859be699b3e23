import { setTimeout as delay } from 'node:timers/promises';
import type { XenStoreClient } from '../../xenstore/client.js';
import type { Guest } from './guest.js';

const PATH = 'control/shutdown';
const REQUESTS = ['poweroff', 'reboot', 'halt', 'suspend'] as const;
type Request = (typeof REQUESTS)[number];

/** Announces what the guest understands, as drivers/xen/manage.c of Linux does. */
export async function announceShutdown(store: XenStoreClient): Promise<void> {
  for (const feature of ['poweroff', 'reboot', 'suspend']) {
    await store.write(`control/feature-${feature}`, '1');
  }
}

/** Obeys `control/shutdown`: acknowledges by emptying the node in a transaction, then stops. */
export async function obeyShutdown(guest: Guest, store: XenStoreClient): Promise<void> {
  const { ignore, hang, slowMs } = guest.parameters;
  const request = await store.transaction(async (tx) => {
    const value = parseRequest(await tx.maybeRead(PATH));
    if (value === undefined || ignore.includes(value)) return undefined;
    await tx.write(PATH, '');
    return value;
  });
  if (request === undefined || hang.includes(request)) return;
  if (slowMs > 0) await delay(slowMs, undefined, { ref: false, signal: guest.signal });
  await guest.domain.whenRunnable();
  if (guest.stopped) return;
  guest.print(`domovoi guest: ${request}\n`);
  await guest.shutdown(request === 'halt' ? 'poweroff' : request);
  guest.print('domovoi guest: suspend was cancelled\n');
}

function parseRequest(text: string | undefined): Request | undefined {
  return REQUESTS.find((request) => request === text);
}
