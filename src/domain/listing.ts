import { namePath } from '../layout/index.js';
import {
  type DomainInfo,
  type Domid,
  type ListedDomain,
  parseDomid,
  parseUuid,
  parseUuidPrefix,
  ToolstackError,
  type Uuid,
} from '../model/index.js';
import type { Host } from './host.js';

/** All domains with the names that the store has for them, by domid. */
export async function listDomains(host: Host): Promise<ListedDomain[]> {
  const infos = await host.hypervisor.domains();
  return Promise.all(infos.map((info) => withName(host, info)));
}

/**
 * The domain that a user means: by domid, name, UUID or the beginning of a UUID. Where a domain is
 * on the host twice, in a migration, its UUID means the one that runs.
 * @throws ToolstackError no-such-domain
 */
export async function findDomain(host: Host, reference: string): Promise<ListedDomain> {
  const number = parseDomid(reference);
  if (number !== undefined) {
    const info = await host.hypervisor.domain(number);
    if (info !== undefined) return withName(host, info);
    throw noSuchDomain(reference);
  }
  const domains = await listDomains(host);
  const named = domains.filter(({ name, dying }) => name === reference && !dying);
  const found =
    preferRunning(named) ??
    (await betweenNames(host, reference)) ??
    preferRunning(byUuid(domains, reference));
  if (found === undefined) throw noSuchDomain(reference);
  return found;
}

/**
 * Where a domain is on this host just now: the incarnation that runs before others, one that is
 * dying only when there is no other.
 */
export async function currentIncarnation(
  host: Host,
  uuid: Uuid,
): Promise<ListedDomain | undefined> {
  const infos = await host.hypervisor.domains();
  const own = infos.filter((info) => info.uuid === uuid);
  const current = preferRunning(own) ?? own.at(-1);
  return current === undefined ? undefined : withName(host, current);
}

/** The domid of the domain with a name. @throws ToolstackError ENOENT */
export async function findBackendDomain(host: Host, reference: string): Promise<Domid> {
  try {
    return (await findDomain(host, reference)).domid;
  } catch (cause) {
    throw new ToolstackError('ENOENT', `there is no driver domain "${reference}"`, {
      suggestions: ['Start it first, or correct backend= in the configuration.'],
      cause,
    });
  }
}

/**
 * Whether a domid is still that domain's. Numbers come round again: an operation that was left for
 * long must not hit another domain.
 */
export async function isStillThere(host: Host, domid: Domid, uuid: Uuid): Promise<boolean> {
  const info = await host.hypervisor.domain(domid);
  return info !== undefined && info.uuid === uuid && !info.dying;
}

/**
 * For what writes into the tree of a domain: of one that has gone it would make a new one.
 * @throws ToolstackError no-such-domain
 */
export async function requireThere(host: Host, domid: Domid, uuid: Uuid): Promise<void> {
  if (!(await isStillThere(host, domid, uuid))) throw noSuchDomain(String(domid));
}

/** Incarnations of a UUID on this host that are not dying. */
export async function incarnationsOf(host: Host, uuid: Uuid): Promise<DomainInfo[]> {
  const infos = await host.hypervisor.domains();
  return infos.filter((info) => info.uuid === uuid && !info.dying);
}

/** A domain whose name is on its way from one tree to the other, at the end of a migration. */
async function betweenNames(host: Host, name: string): Promise<ListedDomain | undefined> {
  const uuid = host.names.holder(name);
  return uuid === undefined ? undefined : currentIncarnation(host, uuid);
}

function byUuid(domains: readonly ListedDomain[], reference: string): ListedDomain[] {
  const whole = parseUuid(reference);
  if (whole !== undefined) return domains.filter(({ uuid }) => uuid === whole);
  const digits = parseUuidPrefix(reference);
  if (digits === undefined) return [];
  const matching = domains.filter(({ uuid }) => uuid.replaceAll('-', '').startsWith(digits));
  const distinct = new Set(matching.map(({ uuid }) => uuid));
  if (distinct.size > 1) {
    throw new ToolstackError(
      'no-such-domain',
      `"${reference}" begins the UUIDs of several domains`,
      {
        suggestions: [...distinct].map((uuid) => `Say ${uuid}.`),
      },
    );
  }
  return matching;
}

function preferRunning<D extends DomainInfo>(domains: readonly D[]): D | undefined {
  const living = domains.filter(({ dying }) => !dying);
  return living.find(({ paused, shutdown }) => !paused && shutdown === undefined) ?? living[0];
}

async function withName(host: Host, info: DomainInfo): Promise<ListedDomain> {
  return { ...info, name: (await host.store.maybeRead(namePath(info.domid))) ?? null };
}

/** What xl says of a domain that it cannot find. */
export function noSuchDomain(reference: string): ToolstackError {
  return new ToolstackError(
    'no-such-domain',
    `${reference} is an invalid domain identifier (rc=-6)`,
    {
      suggestions: ['"domovoi list" shows the domains that there are.'],
    },
  );
}
