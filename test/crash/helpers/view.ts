import { readdirSync } from 'node:fs';
import type { JsonObject, ListedDomain } from '../../../src/model/index.js';
import { processesOf } from '../../e2e/helpers/processes.js';
import { withoutNumbers } from '../../e2e/helpers/store.js';
import { dump, lines } from '../../layout/dump.js';
import type { CrashHost } from './crash-host.js';

/** What a guest does in its own time, and what never stands still. */
const RESTLESS = ['cpuTimeNs', 'running', 'blocked', 'memoryKib', 'vcpus'];

/** A core that was asked for is only ever whole: nobody takes it away once it is there. */
const WHOLE_CORE = 'dumps/core';

/** A host from all sides. */
export interface View {
  /** The store as it is, but for clocks. */
  readonly tree: readonly string[];
  /** The same whatever numbers the domains have. */
  readonly shape: {
    readonly tree: readonly string[];
    readonly domains: readonly JsonObject[];
    /** Where the history has domains now. */
    readonly living: readonly string[];
    /** What the host would have without guests. */
    readonly memoryKib: number;
    readonly findings: readonly string[];
    readonly files: readonly string[];
    readonly processes: readonly string[];
  };
}

/** @param own the process that may be there, for it has not begun yet */
export async function look(host: CrashHost, own: number | undefined): Promise<View> {
  const nodes = lines(await dump(host.store));
  const { domains } = await host.api.ask('domains', { long: true });
  const { incarnations } = await host.api.ask('history', { limit: 20 });
  const { findings } = await host.api.ask('fsck');
  const { freeMemoryKib } = await host.hypervisor.hostInfo();
  const guests = domains.filter(({ domid }) => domid !== 0);
  const impersonal = (text: readonly string[]) =>
    withoutPorts(guests.reduce(withoutNumbers, [...text]));
  const tree = withoutClocks(nodes);
  // What was once known of a domain that is another toolstack's does not count.
  const isOurs = ({ uuid, domid }: ListedDomain) =>
    incarnations.some((one) => one.to === undefined && one.uuid === uuid && one.domid === domid);
  return {
    tree,
    shape: {
      tree: impersonal(tree),
      domains: await Promise.all(guests.map((guest) => describe(host, guest, isOurs(guest)))),
      living: incarnations
        .filter(({ to }) => to === undefined)
        .map(({ domid, uuid }) => {
          const guest = guests.find((one) => one.domid === domid && one.uuid === uuid);
          return guest === undefined ? `nobody, as ${domid}` : nameOf(guest);
        })
        .sort(),
      memoryKib: guests.reduce((sum, guest) => sum + guest.memoryKib, Number(freeMemoryKib)),
      findings: impersonal(findings.map(({ code, path }) => `${code} ${path} `)),
      files: filesOf(host, guests),
      processes: processesOf(host.stateDir.root)
        .filter(({ pid }) => pid !== own)
        .map(({ command }) => command),
    },
  };
}

/** A domain beyond its numbers; `moved`: whether it has another domid than it began with. */
async function describe(
  host: CrashHost,
  guest: ListedDomain,
  isOurs: boolean,
): Promise<JsonObject> {
  const { domid, uuid, ...still } = Object.fromEntries(
    Object.entries(guest).filter(([key]) => !RESTLESS.includes(key)),
  ) as JsonObject;
  const vcpus = await host.hypervisor.vcpus(guest.domid);
  const { config, ...rest } = still;
  return {
    ...rest,
    name: nameOf(guest),
    config: JSON.parse(
      withoutTimes(JSON.stringify((isOurs && config) || null)).replaceAll(guest.uuid, 'UUID'),
    ),
    moved: !host.firstDomids.has(guest.domid),
    affinities: vcpus.map(({ hardAffinity, softAffinity }) => [
      [...hardAffinity],
      [...softAffinity],
    ]),
    scheduling: { ...(await host.hypervisor.scheduling(guest.domid)) },
  };
}

/** One that was set aside has the time in its name. */
function nameOf({ name, domid }: ListedDomain): string {
  return withoutTimes(`${name ?? `domain ${domid}`}"`).slice(0, -1);
}

/** All that lies in the state directory, but what databases need while they are open. */
function filesOf({ stateDir }: CrashHost, guests: readonly ListedDomain[]): string[] {
  const numbers = guests.map(({ domid }) => `/${domid}`);
  return readdirSync(stateDir.root, { recursive: true, encoding: 'utf8' })
    .filter((path) => !/-(wal|shm|journal)$/.test(path) && path !== WHOLE_CORE)
    .map((path) => {
      const number = numbers.find((each) => path.endsWith(each));
      return number === undefined ? path : path.replace(number, '/DOMID');
    })
    .map((path) => path.replace(/(?<=^dumps\/.*)-\d{8}T\d{6}Z$/, '-TIME'))
    .sort();
}

/** Without the time, and the number of interfaces that there have been. */
function withoutClocks(tree: readonly string[]): string[] {
  return tree.map((line) => line.replace(/(?<=\/(start_time|nextDeviceID) = ")[\d.]+/, 'ONWARDS'));
}

/** Ports and references count on in a domain that is reset; names have the time in them. */
function withoutPorts(tree: readonly string[]): string[] {
  return tree
    .map((line) =>
      line.replace(
        /(?<=\/(port|event-channel(-[rt]x)?|([rt]x-)?ring-ref|page-gref) = ")\d+(?=")/,
        'N',
      ),
    )
    .map(withoutTimes)
    .sort();
}

function withoutTimes(text: string): string {
  return text.replaceAll(/-\d{8}T\d{4}Z(-\d+)?(?=")/g, '-TIME');
}
