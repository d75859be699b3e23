import { vmPointerPath } from '../layout/index.js';
import type { Domid } from '../model/index.js';
import type { StoreView } from '../xenstore/client.js';

/**
 * When a domain was started, in seconds since the epoch, as its entry below `/vm` says; undefined
 * when it does not say. `start_time` is `seconds.hundredths` by libxl, Python's `time.time()` by xend.
 */
export async function startedAt(store: StoreView, domid: Domid): Promise<number | undefined> {
  const vm = await store.maybeRead(vmPointerPath(domid));
  if (vm === undefined || !/^\/vm\/[\w-]{1,64}$/.test(vm)) return undefined;
  const text = await store.maybeRead(`${vm}/start_time`);
  return text !== undefined && /^\d{1,12}(\.\d{1,9})?$/.test(text) ? Number(text) : undefined;
}
