import { afterEach, beforeEach, expect, test } from 'vitest';
import { config, finished, TestHost } from './helpers/embedded.js';

let host: TestHost;
beforeEach(async () => {
  host = await TestHost.start();
});
afterEach(async () => {
  await host.close();
});

async function losePower(): Promise<void> {
  await host.stop();
  await host.daemonEnds();
  expect(host.ends[0]).toMatchObject({ message: expect.stringMatching(/gone|closed/) });
  await host.stopDaemon();
  await host.start();
}

async function expectNothingLeft(): Promise<void> {
  const { tree, domains } = await host.traces();
  expect(domains.map(({ domid }) => domid)).toEqual([0]);
  const left = /^\/(vm\/(?!0{8}-)|libxl|local\/domain\/[1-9])/;
  expect(tree.filter((line) => left.test(line))).toEqual([]);
  expect(tree.filter((line) => line.includes('/backend/'))).toEqual([]);
}

test('domains that were lost with the host are cleaned up, and the history says so', async () => {
  const before = (await host.traces()).tree;
  await Promise.all([host.created(config('one')), host.created(config('two'))]);
  await host.migrated('two');
  await losePower();
  await host.startDaemon();
  await expectNothingLeft();
  expect((await host.traces()).tree).toEqual(before);
  const { incarnations } = await host.api.ask('history', { domain: 'two' });
  expect(incarnations.map(({ end }) => end)).toEqual(['host-lost', 'migrate']);
  const { operations, events } = await host.api.ask('history', { domain: 'one' });
  expect(operations.map(({ kind, status }) => [kind, status])).toEqual([
    ['clean-up', 'succeeded'],
    ['create', 'succeeded'],
  ]);
  expect(events.map(({ kind }) => kind)).toEqual(['ended', 'lost', 'began']);
  await host.created(config('one'));
});

test('a domain that another toolstack left in the tree is cleaned up after a loss as well', async () => {
  await host.created(config('one'));
  await losePower();
  const uuid = '0f8fad5b-d9cb-469f-a165-70867728950e';
  await host.store.write('/local/domain/77/vm', `/vm/${uuid}`);
  await host.store.write('/local/domain/77/name', 'alien');
  await host.store.write(`/vm/${uuid}/name`, 'alien');
  await host.store.write('/libxl/77/type', 'pv');
  await host.startDaemon();
  await expectNothingLeft();
  const { operations } = await host.api.ask('history', { domain: 'alien' });
  expect(operations.map(({ kind, uuid: of, status }) => [kind, of, status])).toEqual([
    ['clean-up', uuid, 'succeeded'],
  ]);
});

test('a migration that was interrupted by a loss of power before GO is undone', async () => {
  await host.created(config('one'));
  const migration = await host.migrate('one', { bandwidthKib: 1_000 });
  const end = finished(migration);
  let told = 0;
  const lost = (async () => {
    for await (const line of await host.migrate('one')) told += line.event === 'finished' ? 1 : 0;
  })().catch((error: unknown) => error);
  await host.until('/local/domain/2/device/vif/0/state', (state) => state !== undefined);
  await losePower();
  expect((await end).status).toBe('stuck');
  await lost;
  expect(told).toBeLessThanOrEqual(1);
  await host.startDaemon();
  await expectNothingLeft();
  const { incarnations, operations } = await host.api.ask('history', { domain: 'one' });
  expect(incarnations.map(({ end: how }) => how)).toEqual(['host-lost']);
  expect(operations.filter(({ status }) => status === 'stuck')).toEqual([]);
});

test('a migration past GO is finished by the next daemon', async () => {
  const { newDomid, uuid } = await host.created(config('one'));
  await host.stopDaemon();
  await host.startDaemon({ DOMOVOI_FAULT: 'take-name:before=fail' });
  const end = await finished(await host.migrate('one'));
  expect(end.status).toBe('stuck');
  expect(end.error?.where).toBe('domain one, step take-name');
  expect((await host.api.ask('status')).operations.stuck).toBe(1);
  await host.stopDaemon();
  await host.startDaemon();
  expect((await host.api.ask('status')).operations.stuck).toBe(0);
  const { domains } = await host.api.ask('domains');
  expect(domains.map(({ name, paused }) => [name, paused])).toEqual([
    ['Domain-0', false],
    ['one', false],
  ]);
  expect(domains[1]?.domid).not.toBe(newDomid);
  expect(domains[1]?.uuid).toBe(uuid);
  await host.destroyed('one');
  await expectNothingLeft();
});

test('a host that is lost past GO is the end of the domain, and of its migration', async () => {
  await host.created(config('one'));
  await host.stopDaemon();
  await host.startDaemon({ DOMOVOI_FAULT: 'take-name:before=fail' });
  expect((await finished(await host.migrate('one'))).status).toBe('stuck');
  await losePower();
  await host.startDaemon();
  await expectNothingLeft();
  expect((await host.api.ask('status')).operations.stuck).toBe(0);
  const { incarnations, operations } = await host.api.ask('history', { domain: 'one' });
  expect(incarnations.map(({ cause, end }) => [cause, end])).toEqual([
    ['migrate', 'host-lost'],
    ['create', 'migrate'],
  ]);
  expect(operations.map(({ kind, status }) => [kind, status])).toEqual([
    ['clean-up', 'succeeded'],
    ['migrate', 'succeeded'],
    ['create', 'succeeded'],
  ]);
});

test('a create and a destroy that got stuck are brought to their ends', async () => {
  await host.created(config('one'));
  await host.stopDaemon();
  await host.startDaemon({ DOMOVOI_FAULT: 'remove-tree:before=fail' });
  const end = await finished(
    await host.api.change('destroy', { domain: 'one', requestedBy: 'test' }),
  );
  expect(end.status).toBe('stuck');
  await host.stopDaemon();
  await host.startDaemon();
  await expectNothingLeft();
  const { operations } = await host.api.ask('history', { domain: 'one' });
  expect(operations[0]).toMatchObject({ kind: 'destroy', status: 'succeeded' });
});
