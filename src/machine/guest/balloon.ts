import { type Domid, type Kib, kib } from '../../model/index.js';
import type { XenStoreClient } from '../../xenstore/client.js';
import type { SimulatedHypervisor } from '../simulated-hypervisor.js';

/** Where {@link obeyTarget} is told what to do. */
export const TARGET_PATH = 'memory/target';

/**
 * The balloon driver: gives memory back to the hypervisor, or claims more, until the domain has
 * what `memory/target` says, in KiB. The emulated screen's memory comes on top of it. Where the
 * hypervisor has less, the guest takes that, and tries again when the target is written again.
 */
export async function obeyTarget(
  store: XenStoreClient,
  hypervisor: SimulatedHypervisor,
  domid: Domid,
): Promise<void> {
  const target = await readKib(store, TARGET_PATH);
  if (target === undefined) return;
  const screen = (await readKib(store, 'memory/videoram')) ?? 0;
  hypervisor.resizeDomain(domid, kib(target + screen));
}

async function readKib(store: XenStoreClient, path: string): Promise<Kib | undefined> {
  const text = (await store.maybeRead(path)) ?? '';
  return /^\d{1,12}$/.test(text) ? kib(Number(text)) : undefined;
}
