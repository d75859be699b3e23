import { messageOf } from '../../model/index.js';
import type { XenStoreClient } from '../../xenstore/client.js';
import type { BackEndHome } from '../backends/back-end-kind.js';
import { BackEnds } from '../backends/back-ends.js';
import { BACK_END_KINDS } from '../backends/kinds.js';
import type { Guest } from './guest.js';

/**
 * The guest as a driver domain: the same back ends as domain 0's, with the guest's own store
 * connection, event channels and rights. They end with the guest, and with them what they map.
 */
export function driveForOthers(guest: Guest, store: XenStoreClient): void {
  const { domain, hypervisor, parameters, signal } = guest;
  const logger = {
    warn: ({ err }: { err?: unknown }, what?: string) =>
      guest.print(`${what ?? 'back end'}: ${messageOf(err)}\n`),
  };
  const home: BackEndHome = {
    domid: domain.domid,
    events: domain.events,
    store,
    hypervisor,
    logger,
    whenRunnable: () => domain.whenRunnable(),
  };
  for (const kind of BACK_END_KINDS) {
    if (!parameters.backEnds.includes(kind.name)) continue;
    const backEnds = new BackEnds(kind, home);
    signal.addEventListener('abort', () => backEnds.abandon(), { once: true });
    backEnds.run().catch((error: unknown) => {
      if (guest.hasStore(store)) guest.print(`${kind.name}-back: ${messageOf(error)}\n`);
    });
  }
}
