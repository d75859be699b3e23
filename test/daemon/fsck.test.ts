import { afterEach, beforeEach, expect, test } from 'vitest';
import { config, finished, TestHost } from './helpers/embedded.js';

let host: TestHost;
beforeEach(async () => {
  host = await TestHost.start();
});
afterEach(async () => {
  await host.close();
});

async function found(): Promise<string[]> {
  const { findings } = await host.api.ask('fsck');
  return findings.map(({ code, path }) => `${code} ${path}`);
}

async function repair() {
  return finished(await host.api.change('repair', { requestedBy: 'test' }));
}

test('a host is sound through all of a life', async () => {
  expect(await found()).toEqual([]);
  const { newDomid } = await host.created(config('web'));
  await host.until(`/local/domain/${newDomid}/device/vbd/51712/state`, (state) => state === '4');
  expect(await found()).toEqual([]);
  const migration = await host.migrate('web', { bandwidthKib: 20_000 });
  const leftAlone: (readonly unknown[])[] = [];
  for await (const line of migration) {
    if (line.event !== 'step') continue;
    const report = await host.api.ask('fsck');
    expect(report.findings).toEqual([]);
    leftAlone.push(...report.leftAlone.map(({ name, kind }) => [name, kind]));
  }
  expect(leftAlone).toContainEqual(['web', 'migrate']);
  expect(await found()).toEqual([]);
  await host.destroyed('web');
  expect(await found()).toEqual([]);
});

test('what other toolstacks left behind is found, removed, and not found again', async () => {
  const { newDomid } = await host.created(config('web'));
  const before = await host.traces();
  const { store } = host;
  await store.write('/local/domain/4711/name', 'lost');
  await store.write('/libxl/4711/type', 'pv');
  await store.write('/local/domain/0/backend/vbd/4711/51712/state', '4');
  await store.write('/local/domain/0/device-model/4711/state', 'running');
  await store.write('/vm/6a1f3e0c-9b5d-4c1e-8f27-0d9a7b3c5e11/name', 'lost');
  await store.write(`/local/domain/0/backend/vif/${newDomid}/7/state`, '2');
  expect((await found()).sort()).toEqual([
    `lone-back-end /local/domain/0/backend/vif/${newDomid}/7`,
    'orphan-back-end /local/domain/0/backend/vbd/4711',
    'orphan-device-model /local/domain/0/device-model/4711',
    'orphan-home /local/domain/4711',
    'orphan-record /libxl/4711',
    'orphan-vm /vm/6a1f3e0c-9b5d-4c1e-8f27-0d9a7b3c5e11',
  ]);
  expect(await repair()).toMatchObject({ status: 'succeeded' });
  expect(await found()).toEqual([]);
  expect(await host.traces()).toEqual(before);
  expect(await repair()).toMatchObject({ status: 'succeeded' });
  const { operations } = await host.api.ask('history');
  expect(operations.map(({ kind, name, steps }) => [kind, name, steps.length]).slice(0, 2)).toEqual(
    [
      ['repair', 'Domain-0', 0],
      ['repair', 'Domain-0', 6],
    ],
  );
});

test('a domain whose directory below /vm was taken away gets one again', async () => {
  const { newDomid, uuid } = await host.created(config('web'));
  await host.store.remove(`/vm/${String(uuid)}`);
  expect(await found()).toEqual([`no-vm /local/domain/${newDomid}/vm`]);
  await repair();
  expect(await found()).toEqual([]);
  expect(await host.store.readText(`/vm/${String(uuid)}/name`)).toBe('web');
  await host.migrated('web');
  await host.destroyed('web');
  expect(await found()).toEqual([]);
});

test('a domain that another toolstack destroyed is told of until the daemon has noted it', async () => {
  const { newDomid } = await host.created(config('web'));
  await host.hypervisor.destroyDomain(newDomid as never);
  expect(await found()).toContain(`lost-domain /local/domain/${newDomid}`);
  await repair();
  expect(await found()).toEqual([`lost-domain /local/domain/${newDomid}`]);
  await host.stopDaemon();
  await host.startDaemon();
  expect(await found()).toEqual([]);
});

test('what a person must decide is told and left as it is', async () => {
  const { newDomid: first } = await host.created(config('web'));
  const { newDomid: second } = await host.created(config('db'));
  await host.store.write(`/local/domain/${second}/name`, 'web');
  await host.store.remove(`/local/domain/${first}/device/vif/0`);
  const expected = [
    `empty-directory /local/domain/${first}/device/vif`,
    `no-front-end /local/domain/${first}/device/vif/0`,
    `same-name /local/domain/${first}/name`,
    `wrong-vm-name`,
  ];
  const listed = (await found()).map((each) => each.replace(/^(wrong-vm-name) .*/, '$1'));
  expect(listed.sort()).toEqual(expected);
  const { findings } = await host.api.ask('fsck');
  for (const { repair: steps, suggestion } of findings) {
    expect(steps !== undefined || suggestion !== undefined).toBe(true);
  }
});
