import { afterEach, beforeEach, expect, test } from 'vitest';
import { config, finished, TestHost } from '../daemon/helpers/embedded.js';
import { CONTROLS, HostileGuest, HUGE, ownNodes } from './guest.js';

/*
 * A guest does its worst through the one way to others that it has, the store. Another guest, and
 * the toolstack, go on as ever; and the hostile one can be destroyed, and leaves nothing.
 */

let host: TestHost;
let guest: HostileGuest;
let domid: number;
let before: Awaited<ReturnType<TestHost['traces']>>;

beforeEach(async () => {
  host = await TestHost.start({
    DOMOVOI_SUSPEND_TIMEOUT_MS: '2000',
    DOMOVOI_BACKEND_TIMEOUT_MS: '3000',
  });
  before = await host.traces();
  ({ newDomid: domid } = (await host.created(
    config('bad', 'extra = "no_front=vbd,vif ignore=poweroff,reboot,halt,suspend,s3,crash"'),
  )) as never);
  guest = await HostileGuest.connect(host.stateDir, domid);
});
afterEach(async () => {
  await guest.close();
  await host.close();
});

/** A whole life beside the attack, and the end of the attacker. */
async function expectHostWorks(): Promise<void> {
  const { newDomid } = await host.created(config('good'));
  await host.until(`/local/domain/${newDomid}/device/vbd/51712/state`, (state) => state === '4');
  await host.migrated('good');
  await host.destroyed('good');
  await host.destroyed('bad');
  expect(await host.traces()).toEqual(before);
  const { findings } = await host.api.ask('fsck');
  expect(findings).toEqual([]);
}

test('huge values in all that is its own', async () => {
  for (const path of await ownNodes(guest.store))
    await guest.attempt(guest.store.write(path, HUGE));
  await expectHostWorks();
});

test('bytes that are no text in all that is its own', async () => {
  for (const path of await ownNodes(guest.store)) {
    await guest.attempt(guest.store.write(path, CONTROLS));
  }
  await expectHostWorks();
});

test('as many nodes as it may have, as deep as it can', async () => {
  let path = 'data';
  for (let count = 0; count < 1100; count += 1) {
    const deeper = `${path}/d`;
    try {
      await guest.store.write(deeper, HUGE);
      path = deeper.length < 1900 ? deeper : 'data/more';
    } catch {
      path = `data/${count}`;
    }
  }
  await expectHostWorks();
});

test('writes without end', async () => {
  for (let lane = 0; lane < 4; lane += 1) {
    guest.forever((round) =>
      Promise.all([
        guest.store.write(`data/flood/${round % 100}`, HUGE),
        guest.store.write('control/shutdown', HUGE),
        guest.store.write('device/vbd/51712/state', String(round % 12)),
      ]),
    );
  }
  await guest.roundsPass(50);
  expect((await host.api.ask('fsck')).findings).toEqual([]);
  await guest.roundsPass(50);
  await expectHostWorks();
});

test('guests that are all hostile in all ways, from their first moment on', async () => {
  const ways = ['values', 'control', 'flood', 'watches', 'states'];
  const names = await Promise.all(
    ways.map(async (way) => {
      await host.created(config(way, `extra = "hostile=${way},states"`));
      return way;
    }),
  );
  await Promise.all(names.map((name) => host.destroyed(name)));
  await expectHostWorks();
});

test('watches on everything, whose events it does not read', async () => {
  for (let count = 0; count < 140; count += 1) {
    await guest.attempt(guest.store.watch(count % 2 === 0 ? `data/${count}` : '@releaseDomain'));
  }
  guest.forever(() => guest.store.write('data', HUGE));
  await guest.roundsPass(50);
  await expectHostWorks();
});

test('transactions that it begins and does not end', async () => {
  const never = new Promise<void>(() => undefined);
  for (let count = 0; count < 8; count += 1) {
    void guest.attempt(
      guest.store.transaction(async (tx) => {
        await tx.write(`data/${count}`, HUGE);
        await never;
      }),
    );
  }
  guest.forever(() => guest.store.transaction((tx) => tx.write('control/shutdown', 'x')));
  await guest.roundsPass(20);
  await expectHostWorks();
});

test('states and back ends forged: a neighbour keeps its devices', async () => {
  const { newDomid: near } = await host.created(config('near'));
  const kinds = ['vbd/51712', 'vif/0'];
  const paths = kinds.flatMap((kind) => [
    `/local/domain/${near}/device/${kind}/state`,
    `/local/domain/0/backend/${kind.replace('/', `/${near}/`)}/state`,
  ]);
  for (const path of paths) await host.until(path, (state) => state === '4');
  for (const kind of kinds) {
    const back = `/local/domain/0/backend/${kind.replace('/', `/${near}/`)}`;
    await guest.store.write(`device/${kind}/backend`, back);
    await guest.store.write(`device/${kind}/backend-id`, '0');
    await guest.store.write(`device/${kind}/state`, '6');
  }
  await guest.attempt(guest.store.write('console/backend', '/local/domain/0/backend/console/0/0'));
  const { findings } = await host.api.ask('fsck');
  expect(findings.map(({ code }) => code)).toEqual(kinds.map(() => 'front-end-elsewhere'));
  await host.api.change('repair', { requestedBy: 'test' }).then(finished);
  await host.destroyed('bad');
  for (const path of paths) expect(await host.store.readText(path)).toBe('4');
  await host.migrated('near');
  await host.destroyed('near');
  expect(await host.traces()).toEqual(before);
});

test('a suspend agreed to and not done: the migration is given up in time, and taken back', async () => {
  const { uuid } = (await host.api.ask('domains', { domain: 'bad' })).domains[0] ?? {};
  const watch = await guest.store.watch('control/shutdown');
  const lie = (async () => {
    for await (const _ of watch) {
      if ((await guest.store.maybeRead('control/shutdown')) === 'suspend') {
        await guest.store.write('control/shutdown', '');
      }
    }
  })().catch(() => undefined);
  const end = await finished(await host.migrate('bad'));
  expect(end.status).toBe('failed');
  expect(end.error?.code).toBe('ETIMEDOUT');
  const { domains } = await host.api.ask('domains');
  expect(domains.slice(1).map((each) => [each.domid, each.uuid, each.name])).toEqual([
    [domid, uuid, 'bad'],
  ]);
  await guest.store.close();
  await lie;
  await host.destroyed('bad');
  expect(await host.traces()).toEqual(before);
});

test('a request that nobody made is not obeyed by the toolstack', async () => {
  for (const word of ['poweroff', 'reboot', 'suspend', 'crash', 'halt', 's3']) {
    await guest.store.write('control/shutdown', word);
  }
  const { domains } = await host.api.ask('domains', { domain: 'bad' });
  expect(domains[0]?.shutdown).toBeUndefined();
  await expectHostWorks();
});

test('front ends removed by their owner are told of, and its end is clean', async () => {
  await guest.store.remove('device/vbd/51712');
  await guest.store.remove('device/vif/0');
  const { findings } = await host.api.ask('fsck');
  expect(findings.map(({ code }) => code)).toContain('no-front-end');
  await host.destroyed('bad');
  expect(await host.traces()).toEqual(before);
});
