import type { Domid } from '../model/index.js';
import type { StoreView } from '../xenstore/client.js';
import { vmPointerPath } from './paths.js';

/** A moment as libxl writes it: seconds since the epoch with two decimals. @param ms since the epoch */
export function startTimeAt(ms: number): string {
  return (ms / 1000).toFixed(2);
}

/**
 * When a domain was started, in seconds since the epoch, as its entry below `/vm` says; undefined
 * when it does not say. `start_time` is `seconds.hundredths` by libxl, Python's `time.time()` by xend.
 */
export async function startedAt(view: StoreView, domid: Domid): Promise<number | undefined> {
  const vm = await view.maybeRead(vmPointerPath(domid));
  // Of xend it is `/vm/<uuid>-<n>`.
  if (vm === undefined || !/^\/vm\/[\w-]{1,64}$/.test(vm)) return undefined;
  const text = await view.maybeRead(startTimePath(vm));
  return text !== undefined && /^\d{1,12}(\.\d{1,9})?$/.test(text) ? Number(text) : undefined;
}

/** @param vm the entry below `/vm` */
export function startTimePath(vm: string): string {
  return `${vm}/start_time`;
}
