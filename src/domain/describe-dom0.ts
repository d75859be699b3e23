import { writeDom0 } from '../layout/index.js';
import { DOM0 } from '../model/index.js';
import type { Host } from './host.js';

/** Lets domain 0 look like other domains to readers of the old manual, from the first start on. */
export async function describeDom0(host: Host): Promise<void> {
  const info = await host.hypervisor.domain(DOM0);
  if (info !== undefined) await host.store.transaction((tx) => writeDom0(tx, { info }));
}
