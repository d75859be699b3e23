import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Domovoi, exampleConfig } from './helpers/domovoi.js';

const NOBODY = '99';

/** One state directory with one domain for all: nothing here changes it for the others. */
describe('a command line', () => {
  let host: Domovoi;
  beforeAll(async () => {
    host = new Domovoi();
    await host.ok('create', exampleConfig('pv'));
  });
  afterAll(() => host.close());

  test.each([
    ['list', 'DomainList'],
    ['list pv', 'DomainList'],
    ['list --long', 'DomainList'],
    ['domid pv', 'Domain'],
    ['domname 0', 'Domain'],
    ['history', 'History'],
    ['history pv', 'History'],
    ['machine start', 'MachineStart'],
    ['machine status', 'MachineStatus'],
    ['machine env', 'MachineEnvironment'],
    ['daemon start', 'DaemonStart'],
    ['daemon status', 'DaemonStatus'],
  ])('"%s --json" prints one envelope of kind %s and nothing else', async (line, kind) => {
    const { code, stdout, stderr } = await host.run([...line.split(' '), '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expectEnvelope(stdout, kind);
  });

  test('that changes something has an envelope too', async () => {
    const changes = [
      ['create', exampleConfig('pv'), 'name="other"'],
      ['migrate', 'other', 'localhost'],
      ['destroy', 'other'],
    ];
    for (const change of changes) {
      const { code, stdout, stderr } = await host.run([...change, '--json']);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(expectEnvelope(stdout, 'Operation')).toMatchObject({ kind: change[0], name: 'other' });
    }
  });

  test('with --json has its errors in the envelope', async () => {
    const { code, stdout, stderr } = await host.run(['destroy', 'nope', '--json']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      apiVersion: 'v1',
      kind: 'Error',
      error: { code: 'no-such-domain' },
    });
  });

  test.each([
    // Nobody has this name or number: 1, in the words of xl.
    ['list nope', 1, 'nope is an invalid domain identifier (rc=-6)\n'],
    [`list ${NOBODY}`, 1, `Error: Domain '${NOBODY}' does not exist.\n`],
    ['domid nope', 1, "Can't get domid of domain name 'nope', maybe this domain does not exist.\n"],
    ['domname nope', 1, 'Invalid domain id.\n\n'],
    [
      `domname ${NOBODY}`,
      1,
      `Can't get domain name of domain id '${NOBODY}', maybe this domain does not exist.\n`,
    ],
    ['destroy nope', 1, 'nope is an invalid domain identifier (rc=-6)\n'],
    ['migrate nope localhost', 1, 'nope is an invalid domain identifier (rc=-6)\n'],
    ['history nope', 1, 'nope is an invalid domain identifier (rc=-6)\n'],
    ['destroy 0', 1, "domovoi: domain 0 cannot be destroyed: it is the host's own\n"],
    ['migrate 0 localhost', 1, "domovoi: domain 0 cannot be migrated: it is the host's own\n"],
    ['migrate pv elsewhere', 1, 'domovoi: cannot migrate to "elsewhere"\n'],
    ['lst', 1, 'domovoi: command not implemented: lst\n  - Did you mean `domovoi list`?\n'],
    // The command line is wrong: 2.
    ['create', 6, 'Config file not specified and none in save file\n'],
    ['create -V a.cfg', 2, 'domovoi: no VNC viewer is started here: leave -V and -A out\n'],
    ['create a.cfg b.cfg', 2, 'domovoi: "b.cfg" is no key=value setting\n'],
    ['shutdown -a pv', 2, 'domovoi: -a is for all domains: leave it or "pv" out\n'],
    ['list a b', 2, 'domovoi: unexpected argument: b\n'],
    ['list --nope', 2, 'domovoi: option --nope not supported\n'],
    ['domid', 2, "domovoi: 'domovoi domid' requires at least 1 argument.\n"],
    ['domname', 2, "domovoi: 'domovoi domname' requires at least 1 argument.\n"],
    ['destroy', 2, "domovoi: 'domovoi destroy' requires at least 1 argument.\n"],
    ['migrate', 2, "domovoi: 'domovoi migrate' requires at least 2 arguments.\n"],
    ['migrate pv', 2, "domovoi: 'domovoi migrate' requires at least 2 arguments.\n"],
    ['migrate pv localhost --max-downtime 0', 2, 'domovoi: --max-downtime: expected'],
    ['history --limit many', 2, 'domovoi: --limit: expected an integer'],
    ['machine start --memory lots', 2, 'domovoi: --memory: expected an integer'],
    ['machine status extra', 2, 'domovoi: unexpected argument: extra\n'],
    ['machine env extra', 2, 'domovoi: unexpected argument: extra\n'],
    ['machine stop --force', 2, 'domovoi: option --force not supported\n'],
    ['daemon start extra', 2, 'domovoi: unexpected argument: extra\n'],
    ['daemon status extra', 2, 'domovoi: unexpected argument: extra\n'],
    ['daemon stop extra', 2, 'domovoi: unexpected argument: extra\n'],
  ])('"%s" ends with %i, the reason on stderr, nothing on stdout', async (line, code, reason) => {
    const result = await host.run(line.split(' '));
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr.startsWith(reason), result.stderr).toBe(true);
  });

  test.each<[string, string[], RegExp, number?]>([
    [
      'a file that is not there',
      ['/nope.cfg'],
      /^Failed to read config file: \/nope\.cfg: No such file or directory$/m,
    ],
    [
      'a name that is taken',
      [exampleConfig('pv')],
      /^domovoi: domain with name "pv" already exists: /m,
    ],
    [
      'a kernel that is not there',
      [exampleConfig('pv'), 'name="other"', 'kernel="/nope"'],
      /^domovoi: cannot read the kernel: .*'\/nope'$/m,
    ],
    [
      'more memory than there is',
      [exampleConfig('pv'), 'name="other"', 'memory=100000'],
      /^domovoi: the host has \d+ MiB free, the domain needs 100000 MiB$/m,
    ],
    ['a mistake in a setting', [exampleConfig('pv'), 'memory="'], /^ {2}at command line:1:8$/m, 1],
  ])('to create with %s ends with 3 or 1, as of xl', async (_, args, reason, exitCode = 3) => {
    const before = await host.ok('list', '--verbose');
    const result = await host.run(['create', ...args]);
    expect(result).toMatchObject({ code: exitCode, stdout: '' });
    expect(result.stderr).toMatch(reason);
    expect((await host.ok('list', '--verbose')).split('\n').length).toBe(before.split('\n').length);
  });

  test('to create with a mistake in a setting ends with 1, as of xl', async () => {
    const { code, stdout, stderr } = await host.run(['create', exampleConfig('pv'), 'memory="']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^ {2}at command line:1:8$/m);
  });

  test('can ask for help', async () => {
    for (const line of ['--help', 'help create', 'machine --help', 'list --help']) {
      const { code, stdout, stderr } = await host.run(line.split(' '));
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/^USAGE\n {2}\$ domovoi /m);
    }
  });
});

test('status says with 1 that nothing runs, and stop that there was nothing to stop', async ({
  onTestFinished,
}) => {
  const host = new Domovoi();
  onTestFinished(() => host.close());
  for (const service of ['machine', 'daemon']) {
    expect(await host.run([service, 'status'])).toEqual({
      code: 1,
      stdout: `${service}: not running in ${host.root}\n`,
      stderr: '',
    });
    expect(await host.json(service, 'stop')).toMatchObject({
      item: { stopped: false, stateDir: host.root },
    });
  }
});

function expectEnvelope(stdout: string, kind: string): unknown {
  const envelope = JSON.parse(stdout) as Record<string, unknown>;
  expect(envelope).toMatchObject({ apiVersion: 'v1', kind });
  expect('item' in envelope).toBe(!('items' in envelope));
  return envelope.item;
}
