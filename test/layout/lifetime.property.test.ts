import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { references, vmPath } from '../../src/layout/index.js';
import { domid, type Uuid } from '../../src/model/index.js';
import type { XenStoreClient } from '../../src/xenstore/client.js';
import { isXenStoreError } from '../../src/xenstore/errors.js';
import { openStore, type TestStore } from '../xenstored/helpers/daemon.js';
import { completeConfigs } from './arbitrary.js';
import { dump, lines, naming } from './dump.js';
import { type Incarnation, START_TIME, setUp, tearDown } from './lifetime.js';

let daemon: TestStore;
let store: XenStoreClient;
beforeAll(async () => {
  daemon = await openStore();
  store = await daemon.connect();
  await store.write('/local/domain/0/domid', '0');
});
afterAll(async () => {
  await store.close();
  await daemon.close();
});

/** How many of the nodes below /vm/<uuid> a domain may read: it should be all or none. */
async function readable(uuid: Uuid, reader: number): Promise<'all' | 'none' | 'some'> {
  const paths = [...(await dump(store, vmPath(uuid))).keys()];
  const guest = daemon.as(reader);
  try {
    const answers = await Promise.all(paths.map((path) => mayRead(guest, path)));
    if (answers.every((may) => may)) return 'all';
    return answers.some((may) => may) ? 'some' : 'none';
  } finally {
    await guest.close();
  }
}

async function mayRead(guest: XenStoreClient, path: string): Promise<boolean> {
  try {
    await guest.read(path);
    return true;
  } catch (error) {
    if (isXenStoreError(error, 'EACCES')) return false;
    throw error;
  }
}

const lives = fc.integer({ min: 1, max: 3 }).chain((count) => {
  const domids = Array.from({ length: count }, (_, index) => domid(30 + index));
  const leaving = fc.shuffledSubarray(domids, { minLength: count });
  return fc.record({ config: completeConfigs, arriving: fc.constant(domids), leaving });
});

test('whatever the config and the order of leaving, the last incarnation leaves nothing', async () => {
  await fc.assert(
    fc.asyncProperty(lives, async ({ config, arriving, leaving }) => {
      const before = lines(await dump(store));
      const living = new Map<number, Incarnation>();
      for (const id of arriving) {
        living.set(id, await setUp(store, id, config, living.size === 0));
      }
      for (const id of leaving) {
        const values = [...(await dump(store, vmPath(config.uuid)))].map(([path]) => path);
        expect(values).toContain(`${vmPath(config.uuid)}/start_time`);
        expect(await store.readText(`${vmPath(config.uuid)}/start_time`)).toBe(START_TIME);
        expect(await store.readText(`${vmPath(config.uuid)}/name`)).toBe(config.name);
        const counted = await references(store, config.uuid);
        expect(counted.toSorted()).toEqual([...living.keys()].toSorted());
        const isCounted = await store.exists(`${vmPath(config.uuid)}/domains`);
        expect(isCounted).toBe(config.layout === undefined);
        for (const reader of [...arriving, 99]) {
          const expected = living.has(reader) ? 'all' : 'none';
          expect([reader, await readable(config.uuid, reader)]).toEqual([reader, expected]);
        }
        const gone = living.get(id);
        if (gone === undefined) throw new Error(`domain ${id} leaves twice`);
        await tearDown(store, gone);
        living.delete(id);
        expect(naming(await dump(store), id)).toEqual([]);
      }
      expect(lines(await dump(store))).toEqual(before);
    }),
    { numRuns: 40 },
  );
});

test('what was left for a domid or a UUID before does not show through', async () => {
  await fc.assert(
    fc.asyncProperty(completeConfigs, async (config) => {
      const before = lines(await dump(store));
      const clean = await setUp(store, domid(7), config, true);
      const expected = lines(await dump(store));
      await tearDown(store, clean);
      await store.write('/local/domain/7/device/vbd/1/state', '4');
      await store.write('/libxl/7/old', 'x');
      await store.write(`${vmPath(config.uuid)}/domains/3`, '');
      await store.write(`${vmPath(config.uuid)}/old`, 'x');
      const incarnation = await setUp(store, domid(7), config, true);
      expect(lines(await dump(store))).toEqual(expected);
      await tearDown(store, incarnation);
      expect(lines(await dump(store))).toEqual(before);
    }),
    { numRuns: 15 },
  );
});
