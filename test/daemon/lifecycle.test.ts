import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dump, naming } from '../layout/dump.js';
import { config, EXAMPLES, finished, succeeded, TestHost } from './helpers/embedded.js';

let host: TestHost;
beforeEach(async () => {
  host = await TestHost.start();
});
afterEach(async () => {
  await host.close();
});

test('a domain is created, listed, destroyed, and leaves nothing', async () => {
  const before = await host.traces();
  const { newDomid } = await host.created(config('web'));
  const { domains } = await host.api.ask('domains', { long: true });
  expect(domains.map(({ domid, name }) => [domid, name])).toEqual([
    [0, 'Domain-0'],
    [newDomid, 'web'],
  ]);
  expect(domains[1]?.config?.name).toBe('web');
  await host.until(`/local/domain/${newDomid}/device/vbd/51712/state`, (state) => state === '4');
  await host.destroyed('web');
  expect(await host.traces()).toEqual(before);
});

test('the history tells of incarnations, operations, steps and events', async () => {
  const { newDomid: first } = await host.created(config('web'));
  const { newDomid: second } = await host.migrated('web');
  await host.destroyed('web');
  const { incarnations, operations, events } = await host.api.ask('history', { domain: 'web' });
  expect(incarnations.map(({ epoch, domid, cause, end }) => [epoch, domid, cause, end])).toEqual([
    [2, second, 'migrate', 'destroy'],
    [1, first, 'create', 'migrate'],
  ]);
  expect(operations.map(({ kind, status }) => [kind, status])).toEqual([
    ['destroy', 'succeeded'],
    ['migrate', 'succeeded'],
    ['create', 'succeeded'],
  ]);
  for (const { steps } of operations) {
    expect(steps.map(({ status }) => status)).toEqual(steps.map(() => 'done'));
  }
  expect(events.map(({ kind, detail }) => [kind, detail.cause])).toEqual([
    ['ended', 'destroy'],
    ['migrated', undefined],
    ['ended', 'migrate'],
    ['began', 'migrate'],
    ['suspended', undefined],
    ['began', 'create'],
  ]);
});

test('a domain created paused stays so', async () => {
  const { newDomid } = await host.created(config('web'), [], true);
  const { domains } = await host.api.ask('domains', { domain: 'web' });
  expect(domains.map(({ domid, paused }) => [domid, paused])).toEqual([[newDomid, true]]);
});

test('fifty domains are created at once', async () => {
  const before = await host.traces();
  const names = Array.from({ length: 50 }, (_, index) => `web${index}`);
  const states = await Promise.all(names.map((name) => host.created(config(name))));
  expect(new Set(states.map(({ newDomid }) => newDomid)).size).toBe(50);
  const { domains } = await host.api.ask('domains');
  const listed = domains.slice(1).map(({ name }) => name);
  expect(listed.sort()).toEqual([...names].sort());
  await Promise.all(names.map((name) => host.destroyed(name)));
  expect(await host.traces()).toEqual(before);
});

test('of creates with the same name at once exactly one wins', async () => {
  const replies = await Promise.all(
    Array.from({ length: 8 }, () => host.create(config('web')).then(finished)),
  );
  expect(replies.filter(({ status }) => status === 'succeeded')).toHaveLength(1);
  for (const { status, error } of replies) {
    if (status === 'succeeded') continue;
    expect(status).toBe('failed');
    expect(error?.code).toBe('EEXIST');
    expect(error?.message).toMatch(/domain with name "web" already exists/);
  }
  const { domains } = await host.api.ask('domains');
  expect(domains.map(({ name }) => name)).toEqual(['Domain-0', 'web']);
});

test('nobody gets the name of a domain while it migrates', async () => {
  await host.created(config('web'));
  const migration = await host.migrate('web');
  const attempts: Promise<string | undefined>[] = [];
  for await (const line of migration) {
    if (line.event !== 'step') continue;
    attempts.push(
      host
        .create(config('web'))
        .then(finished)
        .then((end) => end.error?.code),
    );
  }
  expect(attempts.length).toBeGreaterThan(20);
  expect(new Set(await Promise.all(attempts))).toEqual(new Set(['EEXIST']));
  await host.destroyed('web');
  await host.created(config('web'));
});

test('a UUID of a domain that is no more may be used again, and its history goes on', async () => {
  const uuid = '6a1f3e0c-9b5d-4c1e-8f27-0d9a7b3c5e11';
  const text = config('web', `uuid = "${uuid}"`);
  await host.created(text);
  await host.destroyed(uuid);
  await host.created(text);
  const { incarnations } = await host.api.ask('history', { domain: uuid });
  expect(incarnations.map(({ epoch, end }) => [epoch, end])).toEqual([
    [2, undefined],
    [1, 'destroy'],
  ]);
});

test('a domain that stops by itself is noted once, with the reason', async () => {
  const asked = 'extra = "exit=poweroff@50"\non_poweroff = "preserve"';
  const { newDomid } = await host.created(config('web', asked));
  const { hypervisor } = host;
  const stopped = await host.store.watch('@releaseDomain');
  for await (const _ of stopped) {
    if ((await hypervisor.domain(newDomid as never))?.shutdown !== undefined) break;
  }
  await host.stopDaemon();
  await host.startDaemon();
  await host.stopDaemon();
  await host.startDaemon();
  const { events } = await host.api.ask('history', { domain: 'web' });
  expect(events.map(({ kind, detail, domid }) => [kind, detail, domid])).toEqual([
    ['preserved', { reason: 'poweroff' }, newDomid],
    ['shutdown', { reason: 'poweroff' }, newDomid],
    ['began', { cause: 'create', name: 'web' }, newDomid],
  ]);
});

describe('what is asked of a domain that migrates', () => {
  test.each(['name', 'domid', 'uuid'] as const)(
    'applies to it wherever it is by then, named by its %s',
    async (how) => {
      const { newDomid, uuid } = await host.created(config('web', 'extra = "dirty_rate=2000"'));
      const migration = await host.migrate('web', { bandwidthKib: 5_000 });
      const domain = { name: 'web', domid: String(newDomid), uuid: String(uuid) }[how];
      let pausing: ReturnType<typeof succeeded> | undefined;
      let end = '';
      for await (const line of migration) {
        if (line.event === 'progress') {
          pausing ??= host.api.change('pause', { domain, requestedBy: 'test' }).then(succeeded);
        }
        if (line.event === 'finished') end = line.status;
      }
      expect(end).toBe('succeeded');
      const moved = (await pausing)?.domid;
      expect(moved).not.toBe(newDomid);
      const { domains } = await host.api.ask('domains', { domain: 'web' });
      expect(domains.map(({ domid, paused }) => [domid, paused])).toEqual([[moved, true]]);
    },
  );

  test('waits for it no longer when it is its end', async () => {
    const before = await host.traces();
    const { newDomid } = await host.created(config('web', 'extra = "dirty_rate=2000"'));
    const migration = await host.migrate('web', { bandwidthKib: 1_000 });
    let destruction: ReturnType<TestHost['destroyed']> | undefined;
    let error: unknown;
    for await (const line of migration) {
      if (line.event === 'progress') destruction ??= host.destroyed('web');
      if (line.event === 'finished') error = line.error;
    }
    expect(error).toMatchObject({ code: 'cancelled', message: 'The domain was ended meanwhile' });
    expect((await destruction)?.domid).toBe(newDomid);
    expect(await host.traces()).toEqual(before);
    const { incarnations } = await host.api.ask('history', { domain: 'web' });
    expect(incarnations.map(({ end }) => end)).toEqual(['destroy']);
  });
});

describe('when the daemon is told to end', () => {
  test('what runs is finished, what waits is sent away, and its followers hear of it', async () => {
    await host.created(config('web'));
    const migration = (await host.migrate('web', { bandwidthKib: 5_000 }))[Symbol.asyncIterator]();
    let line = await migration.next();
    while (line.value?.event !== 'progress') line = await migration.next();
    const waiting = host.api.change('pause', { domain: 'web', requestedBy: 'test' });
    const refused = expect(waiting).rejects.toMatchObject({ code: 'EBUSY' });
    while ((await host.api.ask('status')).operations.queued === 0);
    const stopped = host.stopDaemon();
    await refused;
    while (line.value?.event !== 'finished') line = await migration.next();
    expect(line.value.status).toBe('succeeded');
    await stopped;
    expect(host.ends).toEqual([]);
    await host.startDaemon();
    const { operations } = await host.api.ask('history', { domain: 'web' });
    expect(operations.map(({ kind, status }) => [kind, status])).toEqual([
      ['migrate', 'succeeded'],
      ['create', 'succeeded'],
    ]);
  });
});

describe('each example', () => {
  test.each(['pv', 'pvh', 'hvm', 'busy'])('%s.cfg migrates twenty times in a row', async (name) => {
    const before = await host.traces();
    const text = await readFile(join(EXAMPLES, `${name}.cfg`), 'utf8');
    let { newDomid: domid, uuid } = await host.created(text);
    const vm = `/vm/${String(uuid)}`;
    const startTime = await host.store.readText(`${vm}/start_time`);
    const shared = (await dump(host.store, vm)).size;
    for (let round = 0; round < 20; round += 1) {
      const state = await host.migrated(name);
      expect(state.uuid).toBe(uuid);
      expect(state.newDomid).not.toBe(domid);
      expect(state.downtimeMs).toBeGreaterThan(0);
      expect(naming(await dump(host.store), Number(domid))).toEqual([]);
      expect(await host.store.readText(`${vm}/start_time`)).toBe(startTime);
      expect(await host.store.readText(`${vm}/name`)).toBe(name);
      expect((await dump(host.store, vm)).size).toBe(shared);
      domid = state.newDomid;
    }
    await host.destroyed(name);
    expect(await host.traces()).toEqual(before);
  });
});

test('the devices of the destination wait for their front ends before the guest is suspended', async () => {
  await host.created(config('web'));
  await host.migrated('web');
  const { operations } = await host.api.ask('history', { domain: 'web', limit: 1 });
  const ended = (name: string): number =>
    operations[0]?.steps.find(({ step }) => step.name === name)?.endedAt ?? Number.NaN;
  const began = operations[0]?.steps.find(({ step }) => step.name === 'suspend')?.startedAt;
  expect(ended('await-back-ends')).toBeLessThanOrEqual(began ?? Number.NaN);
  const names = operations[0]?.steps.map(({ step }) => step.name) ?? [];
  expect(names.indexOf('await-back-ends')).toBeLessThan(names.indexOf('suspend'));
});

test('a migration says what it took', async () => {
  await host.created(config('web'));
  const reply = await host.migrate('web');
  const rounds: number[] = [];
  let state: Awaited<ReturnType<typeof succeeded>> = {};
  for await (const line of reply) {
    if (line.event === 'progress' && line.progress.roundOver) rounds.push(line.progress.round);
    if (line.event === 'finished') state = line.state;
  }
  expect(rounds).toEqual(rounds.map((_, index) => index));
  const { downtimeMs, totalMs } = state;
  expect(Number(downtimeMs) * 10).toBeCloseTo(Math.round(Number(downtimeMs) * 10), 6);
  expect(downtimeMs).toBeLessThanOrEqual(Number(totalMs));
  expect(state.memoryDigest).toMatch(/^[0-9a-f]+/);
});
