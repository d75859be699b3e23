import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CompleteConfig, readConfig } from '../../src/layout/index.js';
import { domid, kib } from '../../src/model/index.js';
import type { XenStoreClient } from '../../src/xenstore/client.js';
import { goldenNodes, info } from '../audit/snapshots.js';
import { openStore, type TestStore } from '../xenstored/helpers/daemon.js';
import { completeConfigs } from './arbitrary.js';
import { dump, lines } from './dump.js';
import { setUp, tearDown } from './lifetime.js';

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

const DOMID = domid(7);

/** The tree that a config leads to, and the config that is read from the tree. */
async function thereAndBack(config: CompleteConfig) {
  const incarnation = await setUp(store, DOMID, config, true);
  const tree = lines(await dump(store));
  const values = new Map<string, string>();
  const visit = async (path: string): Promise<void> => {
    values.set(path, await store.readText(path));
    for (const child of await store.list(path)) await visit(`${path}/${child}`);
  };
  for (const root of ['/local/domain/7', '/libxl/7', `/vm/${config.uuid}`]) await visit(root);
  await tearDown(store, incarnation);
  return { tree, read: readConfig(values, info(7, config.uuid, { type: config.type })).config };
}

test('the configuration that is read from a tree leads to the same tree', async () => {
  await fc.assert(
    fc.asyncProperty(completeConfigs, async (config) => {
      const first = await thereAndBack(config);
      const second = await thereAndBack(first.read);
      expect(second.tree).toEqual(first.tree);
      expect(second.read).toEqual(first.read);
      const { name, uuid, type, memoryKib, maxMemoryKib, vcpus, maxVcpus } = config;
      const plain = { name, uuid, type, memoryKib, maxMemoryKib, vcpus, maxVcpus };
      expect(first.read).toMatchObject(plain);
      expect(first.read.layout).toBe(config.layout);
      // xl does not say in the store what is to be done when a domain stops.
      if (config.layout === undefined) expect(first.read.onCrash).toBe(config.onCrash);
    }),
    { numRuns: 60 },
  );
});

test("a domain of xl's is read with what the store has of it, and what it has not is said", () => {
  const nodes = goldenNodes('xl-pv');
  const values = new Map([...nodes].map(([path, { value }]) => [path, value]));
  const { config, warnings } = readConfig(values, info(2, 'ef31ba0d-9d3d-4aec-9ffe-060d6ccbdd67'));
  expect(config).toMatchObject({
    name: 'pv1',
    type: 'pv',
    memoryKib: kib(131072),
    maxMemoryKib: kib(131072),
    vcpus: 1,
    kernel: '/guest/vmlinuz',
    ramdisk: '/guest/initrd',
    vifs: [{ devid: 0, mac: '00:16:3e:aa:bb:cc', bridge: 'xenbr0', type: 'vif', trusted: true }],
  });
  expect(
    config.disks.map(({ vdev, target, mode, format }) => [vdev, target, mode, format]),
  ).toEqual([
    ['xvda', '/tmp/pv1.img', 'w', 'raw'],
    ['xvdb', '/tmp/b.img', 'r', 'raw'],
  ]);
  expect(warnings).toEqual([expect.stringContaining('on_poweroff=destroy')]);
});

test('a domain without a name cannot be read', () => {
  const read = () => readConfig(new Map(), info(2, 'ef31ba0d-9d3d-4aec-9ffe-060d6ccbdd67'));
  expect(read).toThrow(/domain 2 has no name/);
});
