import type { WatchEvent, XenStoreClient } from '../../xenstore/client.js';
import type { Vcpus } from '../vcpus.js';

/** Where {@link obeyAvailability} is told what to do: `cpu/<n>/availability` below it. */
export const CPU_PATH = 'cpu';

/**
 * Brings vcpus online and offline as `cpu/<n>/availability` says (drivers/xen/cpu_hotplug.c of
 * Linux). The first vcpu stays online, as that of x86 Linux does.
 */
export async function obeyAvailability(
  store: XenStoreClient,
  vcpus: Vcpus,
  event: WatchEvent,
): Promise<void> {
  const named = /^cpu\/(\d{1,4})(\/|$)/.exec(event.path);
  const changed = named === null ? ((await store.maybeList(CPU_PATH)) ?? []) : [named[1] ?? ''];
  for (const name of changed) {
    const vcpu = Number(name);
    if (!/^\d{1,4}$/.test(name) || vcpu === 0 || vcpu >= vcpus.max) continue;
    const availability = await store.maybeRead(`${CPU_PATH}/${name}/availability`);
    if (availability === 'online') vcpus.setOnline(vcpu, true);
    if (availability === 'offline') vcpus.setOnline(vcpu, false);
  }
}
