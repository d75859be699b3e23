import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { XenStoreClient } from '../../src/xenstore/client.js';
import { Domovoi, exampleConfig } from './helpers/domovoi.js';

const CONFIG = exampleConfig('pv');

/** What a command that has nothing to say gives. */
const SILENT = { code: 0, stdout: '', stderr: '' };

async function until(host: Domovoi, path: string, wanted: string): Promise<void> {
  const store = await XenStoreClient.connect(host.stateDir.storeSocket);
  const check = (value: string | undefined) => (value === wanted ? true : undefined);
  await store.waitFor(path, check, { timeoutMs: 30_000 });
  await store.close();
}

describe('a running domain', () => {
  let host: Domovoi;
  beforeAll(async () => {
    host = new Domovoi();
    await host.ok('create', '-q', CONFIG, 'vcpus=2', 'maxmem=128');
  });
  afterAll(() => host.close());

  const run = (line: string) => host.run(line.split(' '));
  const row = async () => (await host.ok('list')).split('\n')[2] ?? '';

  test('is paused and unpaused without a word', async () => {
    expect(await run('pause pv')).toEqual(SILENT);
    expect(await row()).toMatch(/--p---/);
    expect(await run('pause pv')).toEqual(SILENT);
    expect(await run('unpause pv')).toEqual(SILENT);
    expect(await run('unpause pv')).toEqual(SILENT);
    expect(await row()).toMatch(/[rb]-----|-b----/);
  });

  test('is suspended and resumed without a word', async () => {
    expect(await run('suspend pv')).toEqual(SILENT);
    expect(await row()).toMatch(/---s--|---ss-/);
    expect(await run('unpause pv')).toMatchObject({
      code: 0,
      stderr: 'domovoi: pv does not run: it is suspended. "domovoi resume pv" wakes it.\n',
    });
    expect(await run('resume pv')).toEqual(SILENT);
    expect(await run('resume pv')).toMatchObject({
      code: 1,
      stderr: 'domovoi: pv cannot be resumed: it is not suspended\n',
    });
  });

  test('gets another name, unless another has it', async () => {
    expect(await run('rename pv web')).toEqual(SILENT);
    expect(await run('domid web')).toMatchObject({ code: 0 });
    const { code, stdout, stderr } = await run('rename web Domain-0');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^domovoi: Domain with name "Domain-0" already exists\.\n/);
    expect(stderr).toMatch(/\nCan't rename domain 'web'\.\n$/);
    expect(await run('rename web pv')).toEqual(SILENT);
  });

  test('gets more and less memory', async () => {
    for (const line of ['mem-set pv 48', 'mem-set pv 49152k', 'mem-set pv 64m', 'mem-max pv 1g'])
      expect(await run(line)).toEqual(SILENT);
    expect(await run('mem-set pv 60x')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'invalid memory size: 60x\n',
    });
    const { code, stderr } = await run('mem-set pv 2g');
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^domovoi: memory_dynamic_max must be less than or equal to memory_static_max\n/,
    );
    expect(stderr).toMatch(/\ncannot set domid \d+ dynamic max memory to : 2g\n$/);
    expect((await run('mem-max pv 1')).stderr).toMatch(
      /\ncannot set domid \d+ static max memory to : 1\n$/,
    );
  });

  test('gets more and fewer vcpus, places for them, and another weight', async () => {
    for (const line of [
      'vcpu-set pv 1',
      'vcpu-set -i pv 2',
      'vcpu-pin pv 0 0-1',
      'vcpu-pin pv all all 1',
      'vcpu-pin pv 1 - all',
      'sched-credit2 -d pv -w 512',
    ]) {
      expect(await run(line), line).toEqual(SILENT);
    }
    for (const [line, stderr] of [
      ['vcpu-set pv x', 'Error: Invalid argument.\n'],
      ['vcpu-pin pv x 0', 'Error: Invalid argument x as VCPU.\n'],
      ['vcpu-pin -f pv all 0', "Error: --force and 'all' as VCPU not allowed.\n"],
    ] as const) {
      expect(await run(line), line).toEqual({ code: 1, stdout: '', stderr });
    }
    for (const [line, last] of [
      ['vcpu-pin pv 0 77', "\nCould not set affinity for vcpu `0'.\n"],
      ['sched-credit2 -d pv -w 0', '\nlibxl_domain_sched_params_set failed.\n'],
    ] as const) {
      const { code, stderr } = await run(line);
      expect({ code, line, ends: stderr.endsWith(last) }).toEqual({ code: 1, line, ends: true });
    }
  });

  test('takes triggers and system requests', async () => {
    expect(await run('trigger pv nmi 1')).toEqual(SILENT);
    expect(await run('trigger pv nmi x')).toMatchObject({
      code: 0,
      stderr: 'Invalid vcpuid, using default vcpuid=0.\n\n',
    });
    expect(await run('trigger pv foo')).toMatchObject({
      code: 1,
      stderr: 'Invalid trigger "foo"\n',
    });
    expect(await run('sysrq pv s')).toEqual(SILENT);
    expect(await run('sysrq pv ss')).toMatchObject({
      code: 1,
      stderr: 'Invalid sysrq.\n\nUsage: domovoi sysrq DOMAIN LETTER [FLAGS]\n',
    });
  });

  test('is changed in one envelope, and shows first what would be', async () => {
    const { item, kind } = await host.json<{ kind: string; item: object }>('pause', 'pv');
    expect({ kind, item }).toMatchObject({
      kind: 'Operation',
      item: { kind: 'pause', name: 'pv' },
    });
    await host.ok('unpause', 'pv');
    const before = await host.ok('store', 'ls', '-f', '/local/domain');
    expect(await host.ok('mem-set', '--dry-run', 'pv', '32')).toContain('32768');
    expect(await host.ok('shutdown', '--dry-run', '-a')).toContain('poweroff');
    expect(await host.ok('store', 'ls', '-f', '/local/domain')).toBe(before);
  });

  test.each([
    'pause',
    'unpause',
    'suspend',
    'resume',
    'shutdown',
    'reboot',
    'destroy',
    'rename nope x',
    'mem-set nope 1',
    'mem-max nope 1',
    'vcpu-set nope 1',
    'vcpu-pin nope 0 0',
    'trigger nope nmi',
    'sysrq nope s',
  ])('that is not there is named by "%s" as xl does', async (line) => {
    expect(await run(line.includes(' ') ? line : `${line} nope`)).toEqual({
      code: 1,
      stdout: '',
      stderr: 'nope is an invalid domain identifier (rc=-6)\n',
    });
  });

  test('of which nothing is said is not shut down', async () => {
    expect(await run('shutdown')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'You must specify -a or a domain id.\n\n',
    });
    expect((await run('destroy 0')).stderr).toContain(
      'Not destroying domain 0; use -f to force.\n',
    );
  });
});

test('all domains are shut down, and waited for until they are gone', async () => {
  const host = new Domovoi();
  onTestFinished(() => host.close());
  const kept = 'on_poweroff="preserve"';
  await host.ok('create', '-q', CONFIG, kept);
  await host.ok('create', '-q', CONFIG, kept, 'name="two"');
  expect(await host.run(['shutdown', '-aw'])).toMatchObject({ code: 0, stdout: '' });
  expect((await host.ok('list')).match(/---s/g)).toHaveLength(2);
  const { code, stderr } = await host.run(['shutdown', '-a']);
  expect(code).toBe(1);
  expect(stderr.match(/^shutdown failed \(rc=-6\)$/gm)).toHaveLength(2);
  await host.ok('destroy', 'pv');
  await host.ok('destroy', 'two');
  expect(await host.run(['shutdown', '-aw'])).toEqual({
    code: 0,
    stdout: '',
    stderr: 'Waiting for 0 domains\n',
  });
});

test('an unwilling domain is given up in the words of xl, and can be destroyed meanwhile', async () => {
  const host = new Domovoi();
  onTestFinished(() => host.close());
  const env = { DOMOVOI_SHUTDOWN_TIMEOUT_MS: '300' };
  await host.run(['daemon', 'start'], { env });
  await host.ok('create', '-q', CONFIG, 'extra="ignore=poweroff,reboot"', 'on_reboot="destroy"');
  const { code, stderr } = await host.run(['reboot', 'pv']);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^Rebooting domain (\d+)\ndomovoi: the guest did not acknowledge/);
  expect(stderr).toMatch(/\nreboot failed \(rc=-9\)\n$/);
  await host.ok('daemon', 'stop');
  await host.ok('daemon', 'start');
  const waiting = host.run(['shutdown', '-ww', 'pv']);
  const domid = (await host.ok('domid', 'pv')).trim();
  await until(host, `/local/domain/${domid}/control/shutdown`, 'poweroff');
  await host.ok('destroy', 'pv');
  expect(await waiting).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('domovoi: The domain was ended meanwhile\n'),
  });
});
