import { describe, expect, test } from 'vitest';
import { Domovoi, exampleConfig } from './helpers/domovoi.js';
import { dump, storeTest } from './helpers/store.js';

interface History {
  readonly item: {
    readonly operations: readonly { readonly kind: string; readonly status: string }[];
    readonly incarnations: readonly { readonly domid: number; readonly end?: string }[];
  };
}

describe('kill -9', () => {
  storeTest('of the daemon between any two commands loses nothing', async ({ onTestFinished }) => {
    const host = new Domovoi();
    onTestFinished(() => host.close());
    await host.ok('list');
    const idle = await dump(host);
    const kill = async () => expect(await host.killDaemon()).toBe(true);

    await kill();
    await host.ok('create', exampleConfig('busy'));
    const born = await dump(host);
    await kill();
    expect(await dump(host)).toEqual(born);
    expect(await host.ok('list')).toMatch(/^busy {41}1 {3}128 {5}2 {5}r-----/m);
    expect(await dump(host)).toEqual(born);
    await kill();
    await host.ok('migrate', 'busy', 'localhost');
    await kill();
    expect(await host.ok('domid', 'busy')).toBe('2\n');
    await kill();
    expect(summary(await host.json('history', 'busy'))).toEqual({
      operations: ['migrate succeeded', 'create succeeded'],
      incarnations: ['2 -', '1 migrate'],
    });
    await kill();
    await host.ok('destroy', 'busy');
    await kill();
    expect(summary(await host.json('history', 'busy'))).toEqual({
      operations: ['destroy succeeded', 'migrate succeeded', 'create succeeded'],
      incarnations: ['2 destroy', '1 migrate'],
    });
    expect(await dump(host)).toEqual(idle);
  });

  storeTest('of the machine ends its domains, and nothing else', async ({ onTestFinished }) => {
    const host = new Domovoi();
    onTestFinished(() => host.close());
    await host.ok('list');
    const idle = await dump(host);
    await host.ok('create', exampleConfig('pv'));
    await host.exec('xenstore-write', ['/kept', 'yes']);
    expect(await host.killMachine()).toBe(true);

    const { code, stdout } = await host.run(['list']);
    expect({ code, guests: /^pv /m.test(stdout) }).toEqual({ code: 0, guests: false });
    expect(host.services()).toEqual(['daemon', 'machine']);
    expect(await host.exec('xenstore-read', ['/kept'])).toMatchObject({ stdout: 'yes\n' });
    await host.exec('xenstore-rm', ['/kept']);
    expect(await dump(host)).toEqual(idle);
    expect(summary(await host.json('history', 'pv'))).toEqual({
      operations: ['clean-up succeeded', 'create succeeded'],
      incarnations: ['1 host-lost'],
    });

    await host.ok('create', exampleConfig('pv'));
    expect(await host.ok('domid', 'pv')).toBe('2\n');
  });
});

test('a question whose daemon is killed over it is put to the next', async ({ onTestFinished }) => {
  const host = new Domovoi();
  onTestFinished(() => host.close());
  await host.ok('create', '-p', exampleConfig('pv'));
  const running = host.run(['wait', 'pv', '--for', 'running', '--timeout', '60']);
  await host.firstQuestion();
  expect(await host.killDaemon()).toBe(true);
  await host.ok('unpause', 'pv');
  expect(await running).toMatchObject({ code: 0 });
});

test('a question whose machine is killed over it is put to the next', async ({
  onTestFinished,
}) => {
  const host = new Domovoi();
  onTestFinished(() => host.close());
  await host.ok('create', exampleConfig('pv'));
  const gone = host.run(['wait', 'pv', '--for', 'gone', '--timeout', '60']);
  await host.firstQuestion();
  expect(await host.killMachine()).toBe(true);
  expect(await gone).toMatchObject({ code: 0 });
});

test('a machine that is stopped under its daemon comes back with it', async ({
  onTestFinished,
}) => {
  const host = new Domovoi();
  onTestFinished(() => host.close());
  await host.ok('create', exampleConfig('pv'));
  expect(await host.ok('machine', 'stop')).toBe(`stopped the embedded machine in ${host.root}\n`);
  const { code, stdout } = await host.run(['list']);
  expect({ code, guests: /^pv /m.test(stdout) }).toEqual({ code: 0, guests: false });
  expect(host.services()).toEqual(['daemon', 'machine']);
  expect(summary(await host.json('history', 'pv')).incarnations).toEqual(['1 host-lost']);
});

test('what does not run can be stopped', async ({ onTestFinished }) => {
  const host = new Domovoi();
  onTestFinished(() => host.close());
  expect(await host.ok('daemon', 'stop')).toBe(
    `the toolstack daemon does not run in ${host.root}\n`,
  );
  expect(await host.ok('machine', 'stop')).toBe(
    `the embedded machine does not run in ${host.root}\n`,
  );
  expect(host.services()).toEqual([]);
});

function summary({ item }: History) {
  return {
    operations: item.operations.map(({ kind, status }) => `${kind} ${status}`),
    incarnations: item.incarnations.map(({ domid, end = '-' }) => `${domid} ${end}`),
  };
}
