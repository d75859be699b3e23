import { listDevices } from '../devices/index.js';
import { type Host, type Leaving, planCleanUp } from '../domain/index.js';
import type { History } from '../history/index.js';
import { DOMAINS, namePath, uuidOfHome } from '../layout/index.js';
import { DOM0, type Domid, parseDomid, ToolstackError } from '../model/index.js';
import type { OperationHandle, OperationQueue } from '../operations/index.js';

const REQUESTED_BY = 'domovoi: the host has lost the domain';

/**
 * Finds domains that the store or the history still has and the hypervisor has not, as after a
 * loss of power, and queues the removal of what is left of each.
 */
export async function cleanUpLostDomains(
  host: Host,
  history: History,
  queue: OperationQueue,
): Promise<OperationHandle[]> {
  const lost = new Map<Domid, Leaving>();
  const present = new Map(
    (await host.hypervisor.domains()).map(({ domid, uuid }) => [domid, uuid]),
  );
  for (const { uuid, domid, operation } of history.queries.living(host.name)) {
    if (present.get(domid) === uuid) continue;
    const name = history.queries.nameOf(uuid) ?? operation;
    lost.set(domid, { domid, uuid, name, devices: await listDevices(host.store, domid) });
  }
  for (const entry of (await host.store.maybeList(DOMAINS)) ?? []) {
    const domid = parseDomid(entry);
    if (domid === undefined || domid === DOM0 || present.has(domid) || lost.has(domid)) continue;
    const leaving = await observe(host, domid);
    if (leaving !== undefined) lost.set(domid, leaving);
  }
  return [...lost.values()].map((domain) =>
    queue.submit({
      uuid: domain.uuid,
      requestedBy: REQUESTED_BY,
      plan: async () => {
        const found = await host.hypervisor.domain(domain.domid);
        if (found?.uuid === domain.uuid) {
          throw new ToolstackError('cancelled', `domain ${domain.domid} is there after all`);
        }
        return planCleanUp(domain);
      },
    }),
  );
}

/** A tree that does not say whose it is belongs to nobody whom we could record: it is left alone. */
async function observe(host: Host, domid: Domid): Promise<Leaving | undefined> {
  const uuid = await uuidOfHome(host.store, domid);
  if (uuid === undefined) return undefined;
  const name = (await host.store.maybeRead(namePath(domid))) ?? `domain ${domid}`;
  return { domid, uuid, name, devices: await listDevices(host.store, domid) };
}
