import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Domovoi, exampleConfig } from './helpers/domovoi.js';

const PV = exampleConfig('pv');

describe('a dry run on the command line', () => {
  let host: Domovoi;
  beforeAll(async () => {
    host = new Domovoi();
    await host.ok('create', exampleConfig('busy'));
  });
  afterAll(() => host.close());

  test.each([
    ['create --dry-run', ['create', '--dry-run', PV]],
    ['create --dryrun', ['create', '--dryrun', PV]],
    ['create -n', ['create', '-n', PV]],
    ['-N create', ['-N', 'create', PV]],
  ])('by %s prints steps and store, and makes no domain', async (_, args) => {
    const before = await host.ok('store', 'ls', '-p');
    const { code, stdout, stderr } = await host.run(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: `Parsing config from ${PV}\n` });
    expect(stdout).toMatch(/^Dry run: create pv \([0-9a-f-]{36}\)\n {3}1 {2}check identity\n/);
    expect(stdout).toMatch(/\n {2}12 {2}unpause \(no way back from here\)\n\nStore: \d+ new\n/);
    expect(stdout).toMatch(/^\+ +name = "pv" {2}\(n0,r\d+\)$/m);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(await host.ok('store', 'ls', '-p')).toBe(before);
    expect(await host.ok('list')).not.toMatch(/^pv /m);
  });

  test('with --json gives the plan and every change in an envelope', async () => {
    const { kind, item } = await host.json<{
      kind: string;
      item: { kind: string; steps: { name: string }[]; changes: { path: string }[] };
    }>('destroy', 'busy', '--dry-run');
    expect(kind).toBe('Preview');
    expect(item.kind).toBe('destroy');
    expect(item.steps.map(({ name }) => name)).toContain('remove-tree');
    expect(item.changes.find(({ path }) => path === '/local/domain/1/name')).toEqual({
      path: '/local/domain/1/name',
      before: { value: 'busy', permissions: 'n0,r1' },
    });
  });

  test('fails as the real one would, with its exit code', async () => {
    const { code, stderr } = await host.run(['create', '-n', PV, 'kernel="/nope"']);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^domovoi: cannot read the kernel: /m);
  });
});

describe('create', () => {
  let host: Domovoi;
  beforeAll(async () => {
    host = new Domovoi();
    // So that no create says that it started them.
    await host.ok('daemon', 'start');
  });
  afterAll(() => host.close());

  test('-d prints the configuration as it was read, on stderr', async () => {
    const { code, stdout, stderr } = await host.run(['create', '-n', '-q', '-d', PV, 'memory=64']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Dry run/);
    expect(JSON.parse(stderr.slice(stderr.indexOf('{')))).toMatchObject({
      c_info: { name: 'pv' },
    });
  });

  test('-d and list -l have every part of a screen but its password', async () => {
    const settings = ["vfb=['vnc=1,vncpasswd=geheim,keymap=de']", 'name="seen"'];
    const { stderr } = await host.run(['create', '-d', PV, ...settings]);
    const listed = await host.ok('list', '-l', 'seen');
    for (const text of [stderr, listed]) {
      expect(text).toContain('"keymap": "de"');
      expect(text).not.toContain('geheim');
    }
    await host.ok('destroy', 'seen');
  });

  test('takes its file by -f, settings before and after it, and standard input', async () => {
    const named = async (args: readonly string[], stdin?: string): Promise<string | undefined> => {
      const { stdout } = await host.run(['create', '-n', ...args], {
        cwd: dirname(PV),
        ...(stdin === undefined ? {} : { stdin }),
      });
      return /^Dry run: create (\S+)/.exec(stdout)?.[1];
    };
    expect(await named(['-f', PV, 'name="one"'])).toBe('one');
    expect(await named(['name="two"', PV])).toBe('two');
    expect(await named([PV, '-f', exampleConfig('busy')])).toBe('busy');
    expect(await named(['-', 'name="three"'], readFileSync(PV, 'utf8'))).toBe('three');
  });

  test('-F stays and tells what becomes of the domain, in the words of xl', async () => {
    const stops = ['extra="exit=poweroff@100"', 'on_poweroff="preserve"', 'name="stops"'];
    const { code, stdout, stderr } = await host.run(['create', '-F', PV, ...stops]);
    const { items } = await host.json<{ items: { domid: number; name: string }[] }>('list');
    const { domid } = items.find(({ name }) => name === 'stops') ?? {};
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr.replace(/\[pid \d+\]/, '[pid N]')).toBe(
      [
        `Parsing config from ${PV}`,
        `Waiting for domain stops (domid ${domid}) to die [pid N]`,
        `Domain ${domid} has shut down, reason code 0 0x0`,
        'Action for shutdown reason code 0 is preserve',
        'Done. Exiting now',
        '',
      ].join('\n'),
    );
    await host.ok('destroy', 'stops');
  });

  test('-F sees what the daemon does about the stop', async () => {
    const stops = ['extra="exit=reboot@100"', 'on_reboot="destroy"', 'name="ends"'];
    const { code, stderr } = await host.run(['create', '-F', PV, ...stops]);
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^Domain (\d+) has shut down, reason code 1 0x1\nAction for shutdown reason code 1 is destroy\nDomain \1 needs to be cleaned up: destroying the domain\nDone\. Exiting now\n$/m,
    );
    expect(await host.ok('list')).not.toMatch(/^ends /m);
  });

  test('-F goes with the domain through a reboot', async () => {
    const stops = ['extra="exit=reboot@3000"', 'on_reboot="restart"', 'name="again"'];
    const over = host.run(['create', '-F', PV, ...stops]);
    const seen = new Set<number>();
    // With the third there, the second has been there for long enough to be noticed.
    while (seen.size < 3) {
      const { items } = await host.json<{ items: { domid: number; name: string }[] }>('list');
      for (const { domid, name } of items) if (name === 'again') seen.add(domid);
    }
    await host.ok('destroy', 'again');
    const { code, stderr } = await over;
    const [first, second] = seen;
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/^Done\. Rebooting now$/m);
    const waits = [...stderr.matchAll(/^Waiting for domain again \(domid (\d+)\)/gm)];
    expect(waits.slice(0, 2).map(([, domid]) => Number(domid))).toEqual([first, second]);
  });

  test('-c shows all that the guest says from its first word on', async () => {
    const { code, stdout } = await host.run(['create', '-q', '-c', PV, 'name="talks"'], {
      stdin: '',
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/\S/);
    expect(await host.ok('list', 'talks')).toMatch(/^talks +\d+ +\d+ +\d+ +[r-][b-]-/m);
  });
});
