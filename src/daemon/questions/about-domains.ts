import { z } from 'zod';
import { findDomain, type Host, listDomains } from '../../domain/index.js';
import type { ListedDomain, NamedDomain } from '../../model/index.js';
import { reference } from '../changes/change.js';

/** A question about one domain. */
export const oneDomain = z.object({ domain: reference });
/** A question about one domain, or all of them. */
export const anyDomains = z.object({ domain: reference.exactOptional() });

/** The domains that are asked about. @throws ToolstackError no-such-domain */
async function domainsAsked(host: Host, domain: string | undefined): Promise<ListedDomain[]> {
  return domain === undefined ? listDomains(host) : [await findDomain(host, domain)];
}

/** What replies say of every domain. */
export function named({ domid, uuid, name }: ListedDomain): NamedDomain {
  return { domid, uuid, name };
}

/**
 * What `look` finds of each domain. One that goes while all are looked at is left out; one that was
 * asked for by name is an error.
 */
export async function ofEach<Result>(
  host: Host,
  asked: string | undefined,
  look: (domain: ListedDomain) => Promise<Result>,
): Promise<Result[]> {
  const domains = await domainsAsked(host, asked);
  const results = await Promise.all(
    domains.map(async (domain) => {
      try {
        return [await look(domain)];
      } catch (error) {
        const isGone = (await host.hypervisor.domain(domain.domid)) === undefined;
        if (asked === undefined && isGone) return [];
        throw error;
      }
    }),
  );
  return results.flat();
}
