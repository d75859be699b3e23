import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { parseDomainConfig } from '../../src/config/index.js';
import {
  backEndPath,
  type CompleteConfig,
  noteRunning,
  removeDeviceNodes,
  vmPath,
  writeDevice,
  writeName,
} from '../../src/layout/index.js';
import { DOM0, domid, uuid } from '../../src/model/index.js';
import type { XenStoreClient } from '../../src/xenstore/client.js';
import { openStore, type TestStore } from '../xenstored/helpers/daemon.js';
import { dump, lines, naming } from './dump.js';
import { type Incarnation, setUp, tearDown } from './lifetime.js';

/*
 * What is written for readers of the old manual, and has to follow a domain to its next domid.
 */

const OLD = domid(31);
const NEW = domid(32);
const UUID = uuid('5d0d2b40-0000-4000-8000-000000000001');
const DEVICE = `${vmPath(UUID)}/device/vif/0`;
const BACK_END = '/local/domain/0/backend/vif';

let daemon: TestStore;
let store: XenStoreClient;
let config: CompleteConfig;
beforeAll(async () => {
  daemon = await openStore();
  store = await daemon.connect();
  await store.write('/local/domain/0/domid', '0');
});
afterAll(async () => {
  await store.close();
  await daemon.close();
});
beforeEach(() => {
  const text = `name="web"\ntype="pv"\nkernel="/k"\nmemory=64\nvif=['mac=00:16:3e:00:00:01']`;
  config = { ...parseDomainConfig(text, { file: 'web.cfg' }).config, uuid: UUID };
});

async function living(
  layout: 'xl' | undefined,
  check: (source: Incarnation, destination: Incarnation) => Promise<void>,
): Promise<void> {
  const chosen = layout === undefined ? config : { ...config, layout };
  const before = lines(await dump(store));
  const source = await setUp(store, OLD, chosen, true);
  const destination = await setUp(store, NEW, chosen, false);
  await check(source, destination);
  expect(lines(await dump(store))).toEqual(before);
}

async function pointer(): Promise<string | undefined> {
  return store.maybeRead(`${DEVICE}/frontend`);
}

test('/vm points to the devices of the incarnation with the name', async () => {
  await living(undefined, async (source, destination) => {
    expect(await pointer()).toBe(`/local/domain/${OLD}/device/vif/0`);
    await store.transaction((tx) => writeName(tx, NEW, 'web', UUID));
    expect(await pointer()).toBe(`/local/domain/${NEW}/device/vif/0`);
    await tearDown(store, source);
    expect(await pointer()).toBe(`/local/domain/${NEW}/device/vif/0`);
    expect(naming(await dump(store), OLD)).toEqual([]);
    await tearDown(store, destination);
  });
});

test('a destination that goes again takes nothing from the source', async () => {
  await living(undefined, async (source, destination) => {
    await tearDown(store, destination);
    expect(await pointer()).toBe(`/local/domain/${OLD}/device/vif/0`);
    expect(naming(await dump(store), NEW)).toEqual([]);
    await tearDown(store, source);
  });
});

test('in a tree for xl alone nothing points, and the last to leave is found all the same', async () => {
  await living('xl', async (source, destination) => {
    expect(await store.maybeList(`${vmPath(UUID)}/device`)).toBeUndefined();
    await store.transaction((tx) => writeName(tx, NEW, 'web', UUID));
    await tearDown(store, source);
    expect(await store.readText(`${vmPath(UUID)}/name`)).toBe('web');
    expect(naming(await dump(store), OLD)).toEqual([]);
    await tearDown(store, destination);
  });
});

test('back ends know the domain by its name, and by its next one', async () => {
  const guest = await setUp(store, OLD, config, true);
  expect(await store.readText(`${BACK_END}/${OLD}/0/domain`)).toBe('web');
  await store.transaction((tx) => writeName(tx, OLD, 'shop', UUID));
  expect(await store.readText(`${BACK_END}/${OLD}/0/domain`)).toBe('shop');
  await tearDown(store, guest);
});

test('a device that is plugged in and out is pointed to meanwhile, and counted', async () => {
  const guest = await setUp(store, OLD, config, true);
  const [vif] = config.vifs;
  if (vif === undefined) throw new Error('the config has an interface');
  const before = lines(await dump(store, vmPath(UUID)));
  const address = { domid: OLD, kind: 'vif', id: 7, backendDomid: DOM0 } as const;
  await store.transaction((tx) => writeDevice(tx, { type: 'vif', address, vif }));
  expect(await store.readText(`${vmPath(UUID)}/device/vif/7/backend`)).toBe(backEndPath(address));
  await store.transaction((tx) => removeDeviceNodes(tx, address));
  expect(lines(await dump(store, vmPath(UUID)))).toEqual(before);
  const count = `/local/domain/${OLD}/device-misc/vif/nextDeviceID`;
  expect(await store.readText(count)).toBe('8');
  await tearDown(store, guest);
});

test('whether the domain runs is noted where somebody looks for it', async () => {
  for (const layout of [undefined, 'xl'] as const) {
    const chosen = layout === undefined ? config : { ...config, layout };
    const guest = await setUp(store, OLD, chosen, true);
    await store.transaction((tx) => noteRunning(tx, OLD, true));
    const seen = await store.maybeRead(`/local/domain/${OLD}/running`);
    expect(seen).toBe(layout === undefined ? '1' : undefined);
    await tearDown(store, guest);
  }
});
