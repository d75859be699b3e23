import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { audit } from '../../src/audit/index.js';
import {
  backEndPath,
  type CompleteConfig,
  devicePath,
  frontEndPath,
} from '../../src/layout/index.js';
import { type DomainInfo, type Domid, domid } from '../../src/model/index.js';
import type { XenStoreClient } from '../../src/xenstore/client.js';
import { parsePermissions } from '../../src/xenstore/permissions.js';
import { completeConfigs } from '../layout/arbitrary.js';
import { type Incarnation, setUp, tearDown } from '../layout/lifetime.js';
import { openStore, type TestStore } from '../xenstored/helpers/daemon.js';
import { DAMAGES, type Expected, mend, type Victim } from './damage.js';
import { info, type Nodes, snapshot } from './snapshots.js';

let daemon: TestStore;
let store: XenStoreClient;
beforeAll(async () => {
  daemon = await openStore();
  store = await daemon.connect();
});
afterAll(async () => {
  await store.close();
  await daemon.close();
});

/** Guests of one host: their names, UUIDs and domids are different. */
const hosts = fc
  .uniqueArray(completeConfigs, { minLength: 1, maxLength: 4, selector: ({ uuid }) => uuid })
  .map((configs) =>
    configs.map((config, index) => ({ ...config, name: `${index}${config.name}` })),
  );

const DRIVER = info(9, '99999999-9999-4999-8999-999999999999');

/** The nodes of a host whose guests were set up and, where told so, moved to another domid. */
async function sound(
  configs: readonly CompleteConfig[],
  moved: boolean,
): Promise<{ nodes: Nodes; guests: DomainInfo[]; incarnations: Incarnation[] }> {
  const incarnations: Incarnation[] = [];
  for (const [index, config] of configs.entries()) {
    const first = await setUp(store, domid(10 + index), config, true);
    if (moved) {
      incarnations.push(await setUp(store, domid(20 + index), config, false));
      await tearDown(store, first);
    } else {
      incarnations.push(first);
    }
  }
  const reads = parsePermissions('n0,r9');
  for (const root of ['/local/domain/9', `/vm/${DRIVER.uuid}`]) {
    await store.mkdir(root);
    await store.setPermissions(root, reads);
    await store.write(`${root}/name`, 'driver');
  }
  await store.write('/local/domain/9/vm', `/vm/${DRIVER.uuid}`);
  const nodes = await read();
  for (const incarnation of incarnations) await tearDown(store, incarnation);
  await store.remove('/local/domain/9');
  await store.remove(`/vm/${DRIVER.uuid}`);
  const guests = incarnations.map(({ domid: at, config }) => info(at, config.uuid));
  return { nodes, guests: [DRIVER, ...guests], incarnations };
}

async function read(): Promise<Nodes> {
  const nodes: Nodes = new Map();
  const visit = async (path: string): Promise<void> => {
    const value = await store.readText(path);
    nodes.set(path, { value, permissions: await store.getPermissions(path) });
    for (const child of await store.list(path)) await visit(`${path}/${child}`);
  };
  for (const root of ['/local/domain', '/libxl', '/vm']) await visit(root);
  return nodes;
}

function victimOf({ domid: at, config, devices }: Incarnation): Victim {
  // The console cannot be damaged in all ways: it is taken only where there is nothing else.
  const address = (devices.find(({ type }) => type !== 'console') ?? devices[0])?.address;
  if (address === undefined) throw new Error('every domain has a console');
  const device = {
    record: devicePath(address),
    front: frontEndPath(address),
    back: backEndPath(address),
  };
  return { domid: at, uuid: config.uuid, device };
}

function codes(found: readonly Expected[]): string[] {
  return found.map(({ code, path }) => `${code} ${path}`);
}

test('a sound host has no findings, before and after its guests have moved', async () => {
  await fc.assert(
    fc.asyncProperty(hosts, fc.boolean(), async (configs, moved) => {
      const { nodes, guests } = await sound(configs, moved);
      expect(codes(audit(snapshot(nodes, guests)))).toEqual([]);
      const known = new Set(guests.map(({ uuid }) => uuid));
      expect(codes(audit(snapshot(nodes, guests, { known })))).toEqual([]);
    }),
    { numRuns: 15 },
  );
});

const damages = fc.array(fc.constantFrom(...Object.keys(DAMAGES)), { minLength: 1, maxLength: 4 });

test('every damage is found, and what can be repaired is not found again', async () => {
  await fc.assert(
    fc.asyncProperty(hosts, damages, async (configs, names) => {
      const { nodes, guests, incarnations } = await sound(configs, false);
      const ground = { nodes, domains: guests };
      // One damage for each guest: several of one could hide each other.
      const expected = incarnations.flatMap((incarnation, index) => {
        const damage = DAMAGES[names[index] ?? ''];
        return damage?.(ground, victimOf(incarnation)) ?? [];
      });
      const known = new Set(incarnations.map(({ config }) => config.uuid));
      const findings = audit(snapshot(nodes, guests, { known }));
      expect(codes(findings)).toEqual(expect.arrayContaining(codes(expected)));
      for (const { repair } of findings) if (repair !== undefined) mend(nodes, repair);
      const left = audit(snapshot(nodes, guests, { known }));
      expect(codes(left)).toEqual(codes(findings.filter(({ repair }) => repair === undefined)));
    }),
    { numRuns: 50 },
  );
});

test('a domain with an operation under way is left alone, whatever it looks like', async () => {
  await fc.assert(
    fc.asyncProperty(hosts, fc.constantFrom(...Object.keys(DAMAGES)), async (configs, name) => {
      const { nodes, guests, incarnations } = await sound(configs, false);
      const [first] = incarnations;
      if (first === undefined) throw new Error('every host has a guest');
      const expected = DAMAGES[name]?.({ nodes, domains: guests }, victimOf(first)) ?? [];
      const busy = {
        uuids: new Set([first.config.uuid]),
        domids: new Set<Domid>([first.domid, domid(4711), domid(4712)]),
      };
      const found = codes(audit(snapshot(nodes, guests, { busy })));
      expect(found.filter((each) => codes(expected).includes(each))).toEqual([]);
    }),
    { numRuns: 15 },
  );
});
