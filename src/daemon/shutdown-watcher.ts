import { type Host, recordEvent } from '../domain/index.js';
import type { History } from '../history/index.js';
import { RELEASE_EVENT } from '../layout/index.js';
import type { DomainInfo, Domid, Uuid } from '../model/index.js';

/** Writes into the history which domains have stopped by themselves, and why: each once. */
export async function recordShutdowns(host: Host, history: History): Promise<void> {
  const known = new Map<Domid, Uuid>();
  for await (const _ of await host.store.watch(RELEASE_EVENT)) {
    const stopped = (await host.hypervisor.domains()).filter(hasStopped);
    for (const { domid, uuid, shutdown } of stopped) {
      if (known.get(domid) === uuid || isRecorded(history, uuid, domid)) continue;
      recordEvent(host, { uuid, domid }, 'shutdown', { reason: shutdown });
    }
    known.clear();
    for (const { domid, uuid } of stopped) known.set(domid, uuid);
  }
}

/** A suspended domain is being saved or migrated: whoever does that records it. */
function hasStopped({ shutdown, dying }: DomainInfo): boolean {
  return shutdown !== undefined && shutdown !== 'suspend' && !dying;
}

/** An earlier daemon may have seen it. A domid that came round again began a new incarnation since. */
function isRecorded({ queries }: History, uuid: Uuid, domid: Domid): boolean {
  const began = queries.incarnations({ uuid }).find((one) => one.domid === domid)?.from ?? 0;
  return queries
    .events({ uuid })
    .some((event) => event.kind === 'shutdown' && event.domid === domid && event.at >= began);
}
