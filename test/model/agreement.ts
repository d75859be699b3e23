import { expect } from 'vitest';
import type { ApiClient } from '../../src/client/api-client.js';
import type { EmbeddedHypervisor } from '../../src/hypervisor/embedded/embedded-hypervisor.js';
import type { DomainInfo } from '../../src/model/index.js';
import type { XenStoreClient } from '../../src/xenstore/client.js';

/** All who tell of a host's domains, wherever they run. */
export interface Witnesses {
  readonly api: ApiClient;
  readonly hypervisor: EmbeddedHypervisor;
  readonly store: XenStoreClient;
}

/** Waits until nothing is under way: what guests have caused included. */
export async function quiet(host: Witnesses): Promise<void> {
  for (;;) {
    const { running, queued } = (await host.api.ask('status')).operations;
    if (running + queued === 0) return;
  }
}

/** Expects that hypervisor, store, journal and history tell the same of a host where all is quiet. */
export async function expectAgreement(host: Witnesses): Promise<void> {
  const guests = (await host.hypervisor.domains()).filter(({ domid }) => domid !== 0);
  const domids = guests.map(({ domid }) => String(domid)).sort();
  const { operations, incarnations } = await host.api.ask('history', { limit: 100_000 });

  const open = operations.filter(({ status }) => !['succeeded', 'failed'].includes(status));
  expect(open.map(({ kind, name, status }) => `${kind} of ${name} is ${status}`)).toEqual([]);

  const living = incarnations.filter(({ to }) => to === undefined);
  expect(living.map(({ domid, uuid }) => `${domid} ${uuid}`).sort()).toEqual(
    guests.map(({ domid, uuid }) => `${domid} ${uuid}`).sort(),
  );

  const below = async (path: string) => [...((await host.store.maybeList(path)) ?? [])].sort();
  expect((await below('/local/domain')).filter((name) => name !== '0')).toEqual(domids);
  expect((await below('/libxl')).filter((name) => /^[1-9]/.test(name))).toEqual(domids);
  expect(await backEndOwners(host)).toEqual(domids);
  const uuids = [...new Set(guests.map(({ uuid }) => uuid))].sort();
  const vms = (await below('/vm')).filter((name) => !name.startsWith('00000000-0000-0000'));
  expect(vms).toEqual(uuids);

  await Promise.all(guests.map((guest) => expectWholeTree(host, guest)));
  expect((await host.api.ask('fsck')).findings).toEqual([]);
}

/** The domains that back ends in domain 0 serve: each has a console at least. */
async function backEndOwners(host: Witnesses): Promise<string[]> {
  const root = '/local/domain/0/backend';
  const kinds = (await host.store.maybeList(root)) ?? [];
  const owners = await Promise.all(kinds.map((kind) => host.store.list(`${root}/${kind}`)));
  return [...new Set(owners.flat())].sort();
}

async function expectWholeTree(host: Witnesses, { domid, uuid }: DomainInfo): Promise<void> {
  const home = `/local/domain/${domid}`;
  expect(await host.store.maybeRead(`${home}/vm`)).toBe(`/vm/${uuid}`);
  expect(await host.store.maybeRead(`${home}/domid`)).toBe(String(domid));
  expect(await host.store.exists(`/vm/${uuid}/domains/${domid}`)).toBe(true);
  expect(await host.store.maybeRead(`/vm/${uuid}/name`)).toBe(
    await host.store.maybeRead(`${home}/name`),
  );
  const records = `/libxl/${domid}/device`;
  const fronts: string[] = [];
  for (const kind of (await host.store.maybeList(records)) ?? []) {
    for (const id of await host.store.list(`${records}/${kind}`)) {
      const front = await host.store.readText(`${records}/${kind}/${id}/frontend`);
      const back = await host.store.readText(`${records}/${kind}/${id}/backend`);
      expect(await host.store.maybeRead(`${front}/backend`), front).toBe(back);
      expect(await host.store.maybeRead(`${back}/frontend`), back).toBe(front);
      fronts.push(front);
    }
  }
  const present = await frontEnds(host, home);
  expect(present).toEqual(fronts.sort());
}

async function frontEnds(host: Witnesses, home: string): Promise<string[]> {
  const kinds = ['vbd', 'vif', 'vfb', 'vkbd'];
  const found = await Promise.all(
    kinds.map(async (kind) => {
      const ids = (await host.store.maybeList(`${home}/device/${kind}`)) ?? [];
      return ids.map((id) => `${home}/device/${kind}/${id}`);
    }),
  );
  return [`${home}/console`, ...found.flat()].sort();
}
