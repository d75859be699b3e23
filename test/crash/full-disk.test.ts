import { afterAll, beforeAll, beforeEach, describe, expect } from 'vitest';
import { Domovoi } from '../e2e/helpers/domovoi.js';
import { storeTest } from '../e2e/helpers/store.js';
import { CONFIG, DOMAIN, Site } from './helpers/site.js';
import { SmallDisk } from './helpers/small-disk.js';

const disk = SmallDisk.mount();
const MIGRATE = ['migrate', DOMAIN, 'localhost'];
/** From no room for a first word to room for most of the journal of a migration. */
const ROOM_KIB = [0, 40, 80, 120, 160, 200, 240];

describe.skipIf(disk === undefined)('on a full disk', () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.open(new Domovoi(disk?.directory));
    await site.host.ok('create', CONFIG);
  });
  // Each finds a sound host, whatever became of the one before.
  beforeEach(async () => {
    disk?.free();
    await site.stopDaemon();
    await site.recover();
  });
  afterAll(async () => {
    disk?.free();
    await site.host.close();
    disk?.unmount();
  });

  storeTest('nothing begins, all says why, and what runs is seen', async () => {
    const before = await site.look();
    disk?.fill();
    for (const command of [MIGRATE, ['destroy', DOMAIN], ['create', CONFIG, 'name="other"']]) {
      const result = await site.host.run(command);
      expect(result).toMatchObject({ code: command[0] === 'create' ? 3 : 1, stdout: '' });
      expect(result.stderr).toMatch(/^domovoi: .*\bfull\b/m);
    }
    expect(await site.host.ok('list')).toContain(DOMAIN);
    expect(await site.host.ok('history')).toContain('create');
    expect((await site.look()).tree).toEqual(before.tree);
    disk?.free();
    await site.host.ok(...MIGRATE);
    await site.look();
  });

  storeTest.for(ROOM_KIB)(
    'that fills up with %i KiB to go, a migration ends as one, once there is room again',
    async (room) => {
      disk?.fill(room);
      const { code } = await site.host.run(MIGRATE);
      disk?.free();
      const { operations } = await site.recover();
      if (code === 0) expect(operations[0]).toMatchObject({ kind: 'migrate', status: 'succeeded' });
      await site.host.ok(...MIGRATE);
      await site.look();
    },
  );

  storeTest('what the store has acknowledged is there after the power has failed', async () => {
    const { host } = site;
    disk?.fill(8);
    const acknowledged: string[] = [];
    for (let count = 0; ; count++) {
      const { code, stderr } = await host.exec('xenstore-write', [
        `/data/${count}`,
        'x'.repeat(900),
      ]);
      if (code !== 0) {
        expect(stderr).toContain('could not write');
        break;
      }
      acknowledged.push(String(count));
    }
    expect(acknowledged.length).toBeGreaterThan(0);
    disk?.free();
    expect((await host.exec('xenstore-write', ['/data/after', 'y'])).code).toBe(0);
    await host.killMachine();
    await host.ok('list');
    const { stdout } = await host.exec('xenstore-list', ['/data']);
    expect(stdout.trim().split('\n')).toEqual([...acknowledged, 'after']);
    expect((await host.exec('xenstore-rm', ['/data'])).code).toBe(0);
    expect((await site.look()).guest).toBeUndefined();
  });
});
