import type {
  Domid,
  ListedDomain,
  OperationRecord,
  ShutdownReason,
} from '../../../src/model/index.js';
import type { TestHost } from './embedded.js';

/** Lets a guest stop, and returns once the supervisor has seen to it. */
export async function stop(
  host: TestHost,
  domid: unknown,
  reason: ShutdownReason,
): Promise<OperationRecord> {
  const [domain] = (await host.api.ask('domains', { domain: String(domid) })).domains;
  const before = await stops(host, String(domain?.uuid));
  await host.hypervisor.shutdownDomain(domid as Domid, reason);
  return nextStop(host, String(domain?.uuid), before.length);
}

/** What was done about the stop after the first `count` ones of a domain, once it is done. */
export async function nextStop(
  host: TestHost,
  domain: string,
  count: number,
): Promise<OperationRecord> {
  for (;;) {
    const found = (await stops(host, domain))[count];
    if (found?.endedAt !== undefined) return found;
  }
}

/** What was done about the stops of a domain, oldest first. */
export async function stops(host: TestHost, domain: string): Promise<OperationRecord[]> {
  const { operations } = await host.api.ask('history', { domain, limit: 1000 });
  return operations.filter(({ kind }) => kind === 'stopped').reverse();
}

export async function guests(host: TestHost): Promise<readonly ListedDomain[]> {
  return (await host.api.ask('domains')).domains.filter(({ domid }) => domid !== 0);
}
