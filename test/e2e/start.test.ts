import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Domovoi, exampleConfig } from './helpers/domovoi.js';
import { storeTest } from './helpers/store.js';

describe('what is missing', () => {
  test('is started by the first command, which says so in one line', async ({ onTestFinished }) => {
    const host = new Domovoi();
    onTestFinished(() => host.close());
    const first = await host.run(['list']);
    expect(first).toMatchObject({
      code: 0,
      stderr: `domovoi: started the embedded machine and the toolstack daemon in ${host.root}\n`,
    });
    expect(await host.run(['list'])).toMatchObject({ code: 0, stderr: '' });
    expect(host.services()).toEqual(['daemon', 'machine']);

    await host.ok('daemon', 'stop');
    const again = await host.run(['domid', 'Domain-0']);
    expect(again).toEqual({
      code: 0,
      stdout: '0\n',
      stderr: `domovoi: started the toolstack daemon in ${host.root}\n`,
    });
  });

  test('is started once by eight who want it at once', async ({ onTestFinished }) => {
    const host = new Domovoi();
    onTestFinished(() => host.close());
    const results = await Promise.all(Array.from({ length: 8 }, () => host.run(['list'])));
    expect(results.map(({ code }) => code)).toEqual(Array(8).fill(0));
    expect(new Set(results.map(({ stdout }) => stdout.split('\n').length))).toEqual(new Set([3]));
    expect(results.filter(({ stderr }) => stderr !== '')).toHaveLength(1);
    expect(host.services()).toEqual(['daemon', 'machine']);
  });

  test('and is being started by a command that is killed is waited for by the next', async ({
    onTestFinished,
  }) => {
    for (const service of ['machine', 'daemon'] as const) {
      const host = new Domovoi();
      onTestFinished(() => host.close());
      const stopped = new AbortController();
      const first = host.run(['list'], { signal: stopped.signal });
      await host.startOf(service);
      stopped.abort();
      expect(await first).toMatchObject({ code: null });
      expect(await host.run(['list'])).toMatchObject({ code: 0 });
      expect(host.services()).toEqual(['daemon', 'machine']);
    }
  });

  storeTest('is started in each state directory', async ({ onTestFinished }) => {
    const [one, other] = [new Domovoi(), new Domovoi()];
    onTestFinished(() => one.close());
    onTestFinished(() => other.close());
    await Promise.all([one.ok('create', exampleConfig('pv')), other.ok('list')]);
    expect(await one.ok('list')).toMatch(/^pv /m);
    expect(await other.ok('list')).not.toMatch(/^pv /m);
    const script = 'eval "$("$0" "$1" machine env)" && xenstore-list /local/domain';
    const runJs = join(dirname(exampleConfig('pv')), '..', 'bin', 'run.js');
    const see = (host: Domovoi) =>
      host.exec('sh', ['-c', script, process.execPath, runJs], {
        env: { XENSTORED_PATH: undefined },
      });
    expect(await see(one)).toEqual({ code: 0, stdout: '0\n1\n', stderr: '' });
    expect(await see(other)).toEqual({ code: 0, stdout: '0\n', stderr: '' });
  });
});

describe('a state directory', () => {
  test.each([
    ['too long for sockets', `/tmp/${'x'.repeat(100)}`, /is \d+ bytes too long: /],
    ['impossible', '/proc/domovoi', /cannot make the state directory: /],
    ['a file', exampleConfig('pv'), /: connect ENOTDIR /],
  ])('that is %s is refused in clear words', async (_, path, reason) => {
    const host = new Domovoi();
    onTestFinished(() => host.close());
    const result = await host.run(['list'], { env: { DOMOVOI_STATE_DIR: path } });
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toMatch(reason);
    expect(result.stderr).toMatch(/Set DOMOVOI_STATE_DIR to a directory /);
  });
});

describe('a configuration', () => {
  test('has its relative paths looked for where the user stands, then beside it', async ({
    onTestFinished,
  }) => {
    const host = new Domovoi();
    onTestFinished(() => host.close());
    const elsewhere = mkdtempSync(join(tmpdir(), 'dve-cwd-'));
    onTestFinished(() => rmSync(elsewhere, { recursive: true }));
    const examples = dirname(exampleConfig('pv'));
    const kernelOf = async (name: string): Promise<unknown> => {
      const [domain] = JSON.parse(await host.ok('list', '--long', name)) as [
        { config: { b_info: { kernel: string } } },
      ];
      return domain.config.b_info.kernel;
    };

    const create = (...args: string[]) => host.run(['create', ...args], { cwd: elsewhere });
    expect(await create(exampleConfig('pv'))).toMatchObject({ code: 0 });
    expect(await kernelOf('pv')).toBe(join(examples, 'kernels', 'tiny'));

    cpSync(join(examples, 'kernels'), join(elsewhere, 'kernels'), { recursive: true });
    expect(await create(exampleConfig('pv'), 'name="near"')).toMatchObject({ code: 0 });
    expect(await kernelOf('near')).toBe(join(elsewhere, 'kernels', 'tiny'));
  });

  test('is overridden by what stands on the command line', async ({ onTestFinished }) => {
    const host = new Domovoi();
    onTestFinished(() => host.close());
    await host.ok('create', exampleConfig('busy'), 'memory=64', 'name="x"', 'vcpus=1');
    expect(await host.ok('list', 'x')).toMatch(/^x {44}1 {4}64 {5}1 {5}/m);
    const piped = await host.run(
      ['create', '-', `kernel="${exampleConfig('kernels/tiny').slice(0, -4)}"`],
      {
        stdin: 'name = "piped"\ntype = "pv"\nmemory = 16\n',
      },
    );
    expect(piped).toMatchObject({ code: 0 });
    const unknown = await host.run(['create', exampleConfig('pv'), 'memry=32']);
    expect(unknown).toMatchObject({ code: 0 });
    expect(unknown.stderr).toContain('unknown key "memry": did you mean "memory"?');
  });
});
