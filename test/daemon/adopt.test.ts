import { rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { domid } from '../../src/model/index.js';
import { quiet } from '../model/agreement.js';
import { config, finished, succeeded, TestHost } from './helpers/embedded.js';

let host: TestHost;
beforeEach(async () => {
  host = await TestHost.start();
});
afterEach(async () => {
  await host.close();
});

/** A toolstack that has forgotten everything: its domains are those of another. */
async function forget(): Promise<void> {
  await host.stopDaemon();
  for (const end of ['', '-wal', '-shm']) {
    rmSync(`${host.stateDir.historyDatabase}${end}`, { force: true });
  }
  await host.startDaemon();
}

async function adopt(domain: string) {
  return finished(await host.api.change('adopt', { domain, requestedBy: 'test' }));
}

async function configOf(domain: string) {
  const { domains } = await host.api.ask('domains', { domain, long: true });
  return domains[0]?.config;
}

test('a domain of another toolstack is taken over, and is as if it had been made here', async () => {
  const before = await host.traces();
  const { newDomid } = await host.created(config('web', 'vcpus = 2\non_crash = "restart"'));
  await host.until(`/local/domain/${newDomid}/device/vbd/51712/state`, (state) => state === '4');
  const scheduling = { domain: 'web', weight: 512, cap: 50, requestedBy: 'test' };
  await succeeded(await host.api.change('sched-credit2', scheduling));
  const configured = await configOf('web');
  expect(configured).toMatchObject({ cpuWeight: 512, cpuCap: 50 });
  await forget();
  const { tree } = await host.traces();
  await expect(host.migrate('web').then(finished)).rejects.toThrow(/"web" is not known here/);
  expect(await adopt('web')).toMatchObject({ status: 'succeeded' });
  expect((await host.traces()).tree).toEqual(tree);
  expect(await configOf('web')).toEqual(configured);
  const { incarnations } = await host.api.ask('history', { domain: 'web' });
  expect(incarnations.map(({ epoch, domid, cause }) => [epoch, domid, cause])).toEqual([
    [1, newDomid, 'adopt'],
  ]);
  await host.migrated('web');
  await host.destroyed('web');
  expect(await host.traces()).toEqual(before);
});

test('a domain that xl moved on one host gets its directory below /vm again', async () => {
  const before = await host.traces();
  const { newDomid, uuid } = await host.created(config('web'));
  await forget();
  const { store } = host;
  const vm = `/vm/${String(uuid)}`;
  await store.remove(vm);
  expect(await adopt(String(newDomid))).toMatchObject({ status: 'succeeded' });
  expect(await store.readText(`${vm}/name`)).toBe('web');
  expect(Number(await store.readText(`${vm}/start_time`))).toBeGreaterThan(1e9);
  expect((await host.api.ask('fsck')).findings).toEqual([]);
  await host.destroyed('web');
  expect(await host.traces()).toEqual(before);
});

test('what cannot or need not be adopted is refused, with the reason', async () => {
  await host.created(config('web'));
  await expect(adopt('0')).rejects.toThrow(/domain 0 cannot be adopted/);
  await expect(adopt('web')).rejects.toThrow(/"web" is one of ours already/);
  await expect(adopt('nobody')).rejects.toThrow(/nobody is an invalid domain identifier/);
  await forget();
  const { domains } = await host.api.ask('domains', { domain: 'web' });
  await host.store.write(`/local/domain/${domains[0]?.domid}/name`, 'web--incoming');
  await expect(adopt('web--incoming')).rejects.toThrow(/moved by another toolstack/);
});

test('a domain whose adoption was taken back is left to its own toolstack when it stops', async () => {
  const { newDomid, uuid } = await host.created(config('web'));
  await forget();
  await host.stopDaemon();
  await host.startDaemon({ DOMOVOI_FAULT: 'record-incarnation:after=fail' });
  expect(await adopt('web')).toMatchObject({ status: 'failed' });
  await host.hypervisor.shutdownDomain(domid(Number(newDomid)), 'poweroff');
  const told = async () => (await host.api.ask('history', { domain: String(uuid) })).events;
  while (!(await told()).some(({ kind }) => kind === 'shutdown'));
  await quiet(host);
  const { domains } = await host.api.ask('domains', { domain: 'web' });
  expect(domains[0]?.shutdown).toBe('poweroff');
  const { operations } = await host.api.ask('history', { domain: String(uuid) });
  expect(operations.map(({ kind }) => kind)).toEqual(['adopt']);
});
