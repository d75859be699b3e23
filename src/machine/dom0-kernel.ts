import { DOM0 } from '../model/index.js';
import type { WatchEvent, XenStoreClient } from '../xenstore/client.js';
import { obeyTarget, TARGET_PATH } from './guest/balloon.js';
import { CPU_PATH, obeyAvailability } from './guest/vcpu-control.js';
import type { SimulatedHypervisor } from './simulated-hypervisor.js';

/**
 * Domain 0's kernel, as far as it obeys its own tree: balloon and vcpus. Runs until the connection
 * to the store ends.
 */
export async function runDom0Kernel(
  store: XenStoreClient,
  hypervisor: SimulatedHypervisor,
): Promise<void> {
  const { vcpus } = hypervisor.anyDomain(DOM0);
  const each = async (path: string, obey: (event: WatchEvent) => Promise<void>): Promise<void> => {
    for await (const event of await store.watch(path)) await obey(event);
  };
  await Promise.all([
    each(TARGET_PATH, () => obeyTarget(store, hypervisor, DOM0)),
    each(CPU_PATH, (event) => obeyAvailability(store, vcpus, event)),
  ]);
}
