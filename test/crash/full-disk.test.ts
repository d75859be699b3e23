import { existsSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect } from 'vitest';
import { Domovoi } from '../e2e/helpers/domovoi.js';
import { storeTest } from '../e2e/helpers/store.js';
import { CONFIG, DOMAIN, Site } from './helpers/site.js';
import { SmallDisk } from './helpers/small-disk.js';

const disk = SmallDisk.mount();
const MIGRATE = ['migrate', DOMAIN, 'localhost'];
const DISK = join(dirname(CONFIG), 'disks/root.img');
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

  storeTest('no change of a running domain begins either', async () => {
    const { tree } = await site.look();
    disk?.fill();
    const core = join(site.host.root, 'core');
    for (const command of [
      ['block-attach', DOMAIN, `${DISK},raw,xvdb,r`],
      ['rename', DOMAIN, 'other'],
      ['mem-set', DOMAIN, '32'],
      ['config-update', DOMAIN, CONFIG],
      ['dump-core', DOMAIN, core],
    ]) {
      const result = await site.host.run(command);
      expect(result, command[0]).toMatchObject({ code: 1 });
      expect(result.stderr, command[0]).toMatch(/^domovoi: .*\bfull\b/m);
    }
    expect(existsSync(core)).toBe(false);
    expect((await site.look()).tree).toEqual(tree);
  });

  storeTest.for(ROOM_KIB)(
    'that has %i KiB left, a core is written whole or not at all',
    async (room) => {
      const { tree } = await site.look();
      const core = join(site.host.root, 'core');
      disk?.fill(room);
      const { code } = await site.host.run(['dump-core', DOMAIN, core]);
      disk?.free();
      const { operations } = await site.recover();
      const { kind, status } = operations[0] ?? {};
      expect(existsSync(core)).toBe(kind === 'dump-core' && status === 'succeeded');
      if (code === 0) expect({ kind, status }).toEqual({ kind: 'dump-core', status: 'succeeded' });
      expect((await site.look()).tree).toEqual(tree);
      rmSync(core, { force: true });
    },
  );

  storeTest.for(ROOM_KIB)(
    'that fills up with %i KiB to go, an attachment is made or not, once there is room again',
    async (room) => {
      const { tree } = await site.look();
      disk?.fill(room);
      const { code } = await site.host.run(['block-attach', DOMAIN, `${DISK},raw,xvdb,r`]);
      disk?.free();
      await site.host.ok('list');
      const { code: detached } = await site.host.run(['block-detach', DOMAIN, 'xvdb']);
      if (code === 0) expect(detached).toBe(0);
      expect((await site.look()).tree).toEqual(tree);
    },
  );

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
