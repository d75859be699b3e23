import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openStore, type TestStore } from '../xenstored/helpers/daemon.js';
import { Domovoi } from './helpers/domovoi.js';
import {
  RUN_JS,
  run,
  runOurs,
  runReal,
  SideBySide,
  type Tool,
  XENSTORE_CONTROL,
} from './helpers/side-by-side.js';
import { hasTools, storeTest } from './helpers/store.js';

const hasScript = existsSync('/usr/bin/script');
if (!hasScript) process.stderr.write('Trees on a terminal need script(1) and are not compared.\n');
if (XENSTORE_CONTROL === undefined) {
  process.stderr.write('store control is not compared with xenstore-control (xen-utils).\n');
}

const MANIFEST = join(dirname(RUN_JS), '..', 'oclif.manifest.json');
interface Manifest {
  readonly commands: Readonly<
    Record<string, { readonly id: string; readonly examples: readonly string[] }>
  >;
}

const EVERY_BYTE = Uint8Array.from({ length: 256 }, (_, byte) => byte);
/** Around the width at which xenstore-ls begins to shorten. */
const LENGTHS = [60, 70, 71, 72, 73, 74, 100, 2000];
const DEEP = Array.from({ length: 90 }, (_, level) => `l${level}`).join('/');

/** `read -p /a` as words; a word in quotes may be empty or have spaces. */
function words(line: string): [Tool, ...string[]] {
  const [tool, ...args] = line.match(/'[^']*'|\S+/g) ?? [];
  return [tool as Tool, ...args.map((word) => word.replace(/^'(.*)'$/s, '$1'))];
}

describe('side by side with Debian’s tool, ours prints and ends the same', () => {
  let both: SideBySide;
  beforeAll(async () => {
    both = await SideBySide.open();
    await both.write({
      '/t/a': 'one',
      '/t/b': 'two words',
      '/t/b/c/d': '',
      '/t/bytes': EVERY_BYTE,
      '/t/utf8': 'дом',
      ...Object.fromEntries(LENGTHS.map((length) => [`/widths/w${length}`, 'v'.repeat(length)])),
      ...Object.fromEntries(LENGTHS.map((length) => [`/escapes/w${length}`, '\n'.repeat(length)])),
      [`/names/${'n'.repeat(70)}/${'n'.repeat(72)}/${'n'.repeat(90)}`]: 'value',
      [`/deep/${DEEP}`]: 'the end',
      '/local/domain/0/name': 'Domain-0',
      '/local/domain/0/data/a': '1',
    });
    const many = Array.from({ length: 600 }, (_, i) => [`/many/a-rather-long-name-${i}`, `${i}`]);
    await both.write(Object.fromEntries(many));
    for (const store of [both.real, both.ours]) {
      const client = await store.connect();
      await client.setPermissions('/t/a', [
        { access: 'b', domid: 0 },
        { access: 'r', domid: 5 },
        { access: 'w', domid: 32751 },
      ]);
      await client.setPermissions('/t/b', [{ access: 'r', domid: 7 }]);
      await client.close();
    }
  });
  afterAll(() => both.close());

  /** Lines that change nothing, four at a time: most of the time a process is being started. */
  async function compareAll(lines: readonly string[]): Promise<void> {
    for (let index = 0; index < lines.length; index += 4) {
      await Promise.all(
        lines.slice(index, index + 4).map((line) => {
          const [tool, ...args] = words(line);
          return both.expectEqual(tool, args);
        }),
      );
    }
  }

  storeTest('read', () =>
    compareAll([
      'read /t/a',
      'read /t/a /t/b /t/b/c/d',
      'read -p /t/a /t/b',
      'read --prefix /t/utf8',
      'read /t/bytes',
      'read -R /t/bytes',
      'read -pR /t/a /t/bytes',
      'read --raw /t/utf8 /t/a',
      'read name data/a',
      'read -s /t/a',
      'read /t/a -p',
      'read -- /t/a',
      'read /',
      'read /nope',
      'read /t/a /nope /t/b',
      'read -p /t/a /bad//path',
      "read ''",
      "read '/t/a b'",
      'read /t/a/',
      'read -p @introduceDomain',
    ]),
  );

  storeTest('list', () =>
    compareAll([
      'list /',
      'list -p /',
      'list /t /local',
      'list -p /t data',
      'list /t/a',
      'list /many',
      'list /t /nope /local',
      'list /nope',
      "list ''",
    ]),
  );

  storeTest('exists', () =>
    compareAll([
      'exists /t',
      'exists /',
      'exists /t/a /t/b name',
      'exists /t /nope',
      'exists /nope /t',
      'exists /bad//path',
      "exists ''",
    ]),
  );

  storeTest('ls', () =>
    compareAll([
      'ls',
      'ls -f',
      'ls -p',
      'ls -fp',
      'ls --flat --prefix /t',
      'ls /t',
      'ls -p /t /widths',
      'ls /widths',
      'ls -f /widths',
      'ls -p /escapes',
      'ls -p /names',
      'ls -p /deep',
      'ls -s /many',
      'ls -p data',
      'ls /t/a',
      'ls /nope',
      'ls -f /t /nope /widths',
      'ls /t/',
      "ls ''",
    ]),
  );

  storeTest('a wrong command line', () =>
    compareAll([
      'read',
      'read -p',
      'read -f /t/a',
      'write',
      'write /x',
      'write /x a /y',
      'write -p /x a',
      'list',
      'list -R /t',
      'exists',
      'exists -p /t',
      'rm',
      'rm -r /t',
      'chmod',
      'chmod /t/a',
      'chmod /t/a x0',
      'chmod /t/a n0 q5',
      'chmod -t /t/a n0',
      'ls -t',
      'watch',
      'watch -n',
      'watch -p /t',
    ]),
  );

  storeTest('watch', () =>
    compareAll([
      'watch -n 0 /t',
      'watch -n 1 /t',
      'watch -n 3 /nope name @releaseDomain',
      'watch --number 1 /t',
      'watch -n1 /t',
      'watch -n 2 /t /t',
      'watch -n 1 /bad//path',
    ]),
  );

  test.skipIf(XENSTORE_CONTROL === undefined)('control', () =>
    compareAll([
      'control help',
      'control check',
      'control quota',
      'control quota 0',
      'control quota 99',
      'control quota set nodes 900',
      'control quota set nope 1',
      'control print hello',
      'control log on',
      'control log off',
      'control memreport',
      'control nope',
      'control check more',
      "control ''",
    ]),
  );

  test.skipIf(!hasScript || !hasTools)('ls on a terminal', async () => {
    const onTerminal = async (columns: number, command: string, socket: string) => {
      const line = `stty cols ${columns} rows 24; ${command}`;
      const script = ['--quiet', '--command', line, '/dev/null'];
      return (await run('script', script, { XENSTORED_PATH: socket, TERM: 'dumb' })).stdout;
    };
    for (const columns of [200, 60, 20, 2]) {
      for (const args of ['/widths', '-p /widths', '-fp /widths', '-p /deep/l0/l1']) {
        const [theirs, ours] = await Promise.all([
          onTerminal(columns, `xenstore-ls ${args}`, both.real.socketPath),
          onTerminal(
            columns,
            `'${process.execPath}' '${RUN_JS}' store ls ${args}`,
            both.ours.socketPath,
          ),
        ]);
        expect(ours, `${columns} columns: ls ${args}`).toBe(theirs);
      }
    }
  });
});

describe('side by side with Debian’s tool, ours does the same to the store', () => {
  let both: SideBySide;
  beforeEach(async () => {
    both = await SideBySide.open();
    await both.write({
      '/d/a/b/c': '',
      '/d/v/e': '',
      '/d/v': 'value',
      '/local/domain/0/data/x/y': '',
    });
  });
  afterEach(() => both.close());

  /** Lines one after the other; trees are compared after each. */
  async function compareEach(lines: readonly string[]): Promise<void> {
    for (const line of lines) {
      const [tool, ...args] = words(line);
      await both.expectEqual(tool, args);
      await both.expectEqualTrees();
    }
  }

  storeTest('write', () =>
    compareEach([
      'write /w/a 1',
      "write /w/b '' /w/c 'two words' /w/a 2",
      'write /w/a 3 /bad//path 4 /w/b 5',
      String.raw`write /w/e1 'a\tb\nc\rd\\e' /w/e2 'a\' /w/e3 '\q\"' /w/e4 \x41\x4g\xzz`,
      String.raw`write /w/o1 \0\1\08\777\123 /w/o2 \x0x41 /w/o3 '\x 41' /w/o4 \x-1\x+2\x-`,
      String.raw`write -R /w/r1 'a\tb\' /w/r2 \x41`,
      'write --raw /w/r3 дом /w/дом x',
      'write /w/utf8 дом -s',
      'write -- /w/dash -1',
      'write /w/dash2 -',
      'write rel 1 data/rel 2',
      "write '' x",
      'write /w/sp ace x y',
      `write /w/most ${'v'.repeat(4096 - '/w/most'.length - 1)}`,
      `write /w/large ${'v'.repeat(4096)}`,
      'write / root',
    ]),
  );

  storeTest('rm', () =>
    compareEach([
      'rm /d/none',
      'rm /nope/none',
      'rm /',
      "rm ''",
      'rm /d/a/b/c /nope/none',
      'rm -t /d/v/e',
      'rm -t /d/a/b/c',
      'rm --tidy data/x/y',
      'rm -t /d/v /nope/none',
      'rm /d/v /d/v',
      'rm -t /d',
      'rm rel /tool/xenstored',
    ]),
  );

  storeTest('chmod', () =>
    compareEach([
      'chmod /d n0',
      'chmod /d b1 r2 w3 n4',
      'chmod -r /d n5 r010',
      'chmod -u /d/a/b r3',
      'chmod -u / r4',
      'chmod -ru /d/a w0 b9',
      'chmod --recurse --upto /d/v n0',
      'chmod data n0 r-1',
      'chmod -r data n0 r8',
      'chmod -u data/x n0',
      'chmod /nope n0',
      'chmod -u /d/nope n0',
      'chmod /bad//path n0',
      `chmod /d n0 ${Array.from({ length: 40 }, (_, i) => `r${i + 1}`).join(' ')}`,
    ]),
  );

  storeTest('watch tells of what happens meanwhile', async ({ onTestFinished }) => {
    const { socketPath } = both.real;
    const args = ['-n', '9', '/d', '/d/a', 'data', '@introduceDomain'];
    const watchers = [
      spawn('xenstore-watch', args, { env: { ...process.env, XENSTORED_PATH: socketPath } }),
      spawn(process.execPath, [RUN_JS, 'store', 'watch', ...args], {
        env: { ...process.env, XENSTORED_PATH: socketPath },
      }),
    ];
    onTestFinished(() => {
      for (const watcher of watchers) watcher.kill();
    });
    const outputs = watchers.map(({ stdout }) =>
      createInterface({ input: stdout })[Symbol.asyncIterator](),
    );
    const take = async (count: number) => {
      const taken = await Promise.all(
        outputs.map(async (lines) => {
          const some: unknown[] = [];
          while (some.length < count) some.push((await lines.next()).value);
          return some;
        }),
      );
      expect(taken[1]).toEqual(taken[0]);
      return taken[0];
    };
    expect(await take(4)).toEqual(['/d', '/d/a', 'data', '@introduceDomain']);
    const client = await both.real.connect();
    await client.transaction(async (tx) => {
      await tx.write('/d/z', '1');
      await tx.write('/local/domain/0/data/x', '1');
      await tx.remove('/d/a/b');
    });
    await client.write('/d/z', '2');
    expect(await take(5)).toEqual(
      expect.arrayContaining(['/d/z', 'data/x', '/d/a/b', '/d/a/b', '/d/z']),
    );
    for (const lines of outputs) expect(await lines.next()).toMatchObject({ done: true });
    await client.close();
  });
});

storeTest('a guest sees the same of what it may see', async ({ onTestFinished }) => {
  const store = await openStore();
  const dom0 = await store.connect();
  await dom0.transaction(async (tx) => {
    for (const name of ['open', 'hidden', 'late']) await tx.write(`/g/${name}/below`, name);
    await tx.setPermissions('/g', [{ access: 'r', domid: 0 }]);
    await tx.setPermissions('/g/open', [{ access: 'r', domid: 0 }]);
    await tx.setPermissions('/g/open/below', [{ access: 'b', domid: 0 }]);
  });
  await dom0.close();
  const socketPath = `${store.socketPath}-5`;
  const server = createServer((socket) => {
    const guest = store.daemon.connectLocal(5);
    socket.pipe(guest).pipe(socket);
  });
  server.listen(socketPath);
  await once(server, 'listening');
  onTestFinished(async () => {
    server.close();
    await store.close();
  });
  const outputs: string[] = [];
  for (const line of [
    'ls -p /g',
    'ls -f /g',
    'ls /g/open',
    'ls /g/hidden',
    'read /g/open /g/hidden',
    'list /g /g/hidden',
    'exists /g/hidden',
    'rm -t /g/hidden/below',
    'chmod /g/open b5',
    'write /g/hidden x',
    'watch -n 1 /g/hidden',
  ]) {
    const [tool, ...args] = words(line);
    const ours = await runOurs(socketPath, tool, args);
    const theirs = await runReal(socketPath, tool, args);
    expect([ours.code, ours.stdout], line).toEqual([theirs.code, theirs.stdout]);
    outputs.push(ours.stdout);
  }
  expect(outputs[1]).toBe('/g/open = ""\n/g/open/below = "open"\n/g/hidden:\n\n');
});

/** Here the original does something that nobody can want. */
describe('unlike Debian’s tool', () => {
  let store: TestStore;
  beforeEach(async () => {
    store = await openStore();
  });
  afterEach(() => store.close());

  const ours = (line: string) => {
    const [tool, ...args] = words(line);
    return runOurs(store.socketPath, tool, args);
  };
  const real = (line: string) => {
    const [tool, ...args] = words(line);
    return runReal(store.socketPath, tool, args);
  };

  storeTest('chmod -r / and of long paths goes all the way down', async () => {
    const client = await store.connect();
    const long = `/l/${'n'.repeat(150)}/${'n'.repeat(150)}`;
    await client.write(long, '');
    expect((await real('chmod -r / n0 r5')).code).toBe(1);
    expect(await ours('chmod -r / n0 r5')).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await client.getPermissions(long)).toEqual([
      { access: 'n', domid: 0 },
      { access: 'r', domid: 5 },
    ]);
    expect((await real('chmod -r /l n0')).code).toBe(1);
    expect((await ours('chmod -r /l n0')).code).toBe(0);
    await client.close();
  });

  storeTest('chmod refuses a permission without a number, which is domain 0 there', async () => {
    expect((await real('chmod /tool r')).code).toBe(0);
    const { code, stderr } = await ours('chmod /tool r');
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("Invalid permission specification: 'r'"),
    });
    expect((await ours('chmod /tool n5x')).code).toBe(1);
  });

  storeTest('a flag that does not exist ends the command before it does anything', async () => {
    expect((await real('write -Z /x 1')).code).toBe(0);
    expect(await ours('write -Z /y 1')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^domovoi: option -Z not supported\n/),
    });
    expect((await ours('exists /y')).code).toBe(1);
  });

  storeTest('-h is no failure, watch -n takes numbers only', async () => {
    expect((await real('read -h')).code).toBe(1);
    const help = await ours('read -h');
    expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining('xenstore-read') });
    expect((await real('watch -n many /tool')).code).toBe(0);
    expect((await ours('watch -n many /tool')).code).toBe(1);
  });

  test('control alone is help', async () => {
    expect(await ours('control')).toEqual(await ours('control help'));
    expect((await ours('control')).stdout).toMatch(/^check\t\n/);
  });

  test('a value that is not UTF-8 is refused, as Node has lost what it was', async () => {
    const line = `'${process.execPath}' '${RUN_JS}' store write /x "$(printf 'a\\377')"`;
    const result = await run('sh', ['-c', line], { XENSTORED_PATH: store.socketPath });
    expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('\\xHH') });
  });

  test('watch ends when the daemon does, and says so', async () => {
    const short = await openStore();
    const child = spawn(process.execPath, [RUN_JS, 'store', 'watch', '/tool'], {
      env: { ...process.env, XENSTORED_PATH: short.socketPath },
    });
    const stderr = text(child.stderr);
    const end = once(child, 'close');
    expect(await once(child.stdout, 'data')).toEqual([Buffer.from('/tool\n')]);
    await short.close();
    expect(await end).toEqual([1, null]);
    expect(await stderr).toMatch(/^domovoi: the store closed the connection: /);
  });
});

describe('with --json', () => {
  let store: TestStore;
  beforeAll(async () => {
    store = await openStore();
    const client = await store.connect();
    await client.write('/a', 'дом');
    await client.write('/a/b', Uint8Array.of(0xff));
    await client.close();
  });
  afterAll(() => store.close());

  test.each([
    [
      'read /a /a/b',
      'StoreValueList',
      [
        { path: '/a', value: 'дом' },
        { path: '/a/b', valueBase64: '/w==' },
      ],
    ],
    ['list /a', 'StoreListing', [{ path: '/a', children: ['b'] }]],
    ['ls /a', 'StoreNodeList', [{ path: '/a/b', valueBase64: '/w==', permissions: ['n0'] }]],
    ['exists /a', 'StoreExistence', [{ path: '/a', exists: true }]],
  ])('"store %s" prints one envelope of kind %s', async (line, kind, items) => {
    const [tool, ...args] = words(line);
    const { code, stdout, stderr } = await runOurs(store.socketPath, tool, [...args, '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const envelope: unknown = JSON.parse(Buffer.from(stdout, 'latin1').toString());
    expect(envelope).toEqual({ apiVersion: 'v1', kind, items });
  });

  test.each([
    ['write /n 1', 'StoreWrite', { written: ['/n'] }],
    ['chmod /n b0 r5', 'StoreChmod', { path: '/n', permissions: ['b0', 'r5'] }],
    ['watch -n 1 /n', 'StoreEvent', { path: '/n' }],
    ['rm /n', 'StoreRemove', { removed: ['/n'] }],
    ['control check', 'StoreControl', { command: ['check'], answer: 'OK' }],
  ])('"store %s" prints one envelope of kind %s', async (line, kind, item) => {
    const [tool, ...args] = words(line);
    const { code, stdout, stderr } = await runOurs(store.socketPath, tool, [...args, '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({ apiVersion: 'v1', kind, item });
  });

  test.each([
    ['read /a /nope', 1, 'ENOENT'],
    ['ls /nope', 1, 'ENOENT'],
    ['list', 1, 'EINVAL'],
    ['control nope', 3, 'EINVAL'],
  ])('"store %s" prints its error and ends with %i', async (line, code, errorCode) => {
    const [tool, ...args] = words(line);
    const result = await runOurs(store.socketPath, tool, [...args, '--json']);
    expect(result).toMatchObject({ code, stderr: '' });
    expect(JSON.parse(result.stdout)).toMatchObject({ kind: 'Error', error: { code: errorCode } });
  });

  test('exists tells which node is missing, and ends with 1', async () => {
    const result = await runOurs(store.socketPath, 'exists', ['/a', '/nope', '--json']);
    expect(result).toMatchObject({ code: 1, stderr: '' });
    expect(JSON.parse(result.stdout)).toMatchObject({
      items: [
        { path: '/a', exists: true },
        { path: '/nope', exists: false },
      ],
    });
  });
});

test('every example of a help page works', async ({ onTestFinished }) => {
  const host = new Domovoi();
  onTestFinished(() => host.close());
  await host.ok('machine', 'start');
  await host.ok('store', 'write', '/tool/notes/mine', '', '/local/domain/0/data', '');
  const manifest = JSON.parse(readFileSync(MANIFEST, 'utf8')) as Manifest;
  const commands = Object.values(manifest.commands)
    .filter(({ id }) => id.startsWith('store:'))
    // What is written is there for the others.
    .sort((one, other) => Number(other.id === 'store:write') - Number(one.id === 'store:write'));
  expect(commands).toHaveLength(9);
  for (const { id, examples } of commands) {
    expect(examples.length, id).toBeGreaterThan(1);
    for (const example of examples) {
      const line = example
        .replace('<%= config.bin %>', `'${process.execPath}' '${RUN_JS}'`)
        .replace('<%= command.id %>', id.replace(':', ' '));
      expect(await host.exec('sh', ['-c', line]), line).toMatchObject({ code: 0, stderr: '' });
    }
  }
});

describe('the store that is meant', () => {
  let store: TestStore;
  const root = mkdtempSync(join(tmpdir(), 'dvs-'));
  beforeAll(async () => {
    store = await openStore();
  });
  afterAll(async () => {
    await store.close();
    rmSync(root, { recursive: true });
  });

  const ours = (args: readonly string[], env: Record<string, string>) =>
    run(process.execPath, [RUN_JS, 'store', ...args], { DOMOVOI_STATE_DIR: root, ...env });

  test('is that of XENSTORED_PATH, then that of XENSTORED_RUNDIR', async () => {
    const list = ['list', '/tool'];
    const found = { code: 0, stdout: 'xenstored\n', stderr: '' };
    const rundir = dirname(store.socketPath);
    expect(await ours(list, { XENSTORED_PATH: store.socketPath })).toEqual(found);
    expect(await ours(list, { XENSTORED_RUNDIR: rundir })).toEqual(found);
    const both = { XENSTORED_PATH: store.socketPath, XENSTORED_RUNDIR: '/nope' };
    expect(await ours(list, both)).toEqual(found);
    expect(await ours(list, { XENSTORED_PATH: '', XENSTORED_RUNDIR: rundir })).toEqual(found);
  });

  const LINES = [
    'ls',
    'read /a',
    'write /a b',
    'list /a',
    'exists /a',
    'rm /a',
    'chmod /a n0',
    'watch /a',
    'control help',
  ];
  storeTest.each(LINES)('"%s" ends with 1 and says where nobody listens', async (line) => {
    const nobody = join(root, 'nobody');
    const [tool, ...args] = words(line);
    const result = await runOurs(nobody, tool, args);
    expect(result).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        `^domovoi: no store daemon listens there\n  at ${nobody}\n  - Set XENSTORED_PATH `,
      ),
    });
    if (tool === 'control' && XENSTORE_CONTROL === undefined) return;
    expect(await runReal(nobody, tool, args)).toMatchObject({ code: 1, stdout: '' });
  });

  test('is else the embedded machine’s, which is started', async ({ onTestFinished }) => {
    const host = new Domovoi();
    onTestFinished(() => host.close());
    const unset = { env: { XENSTORED_PATH: undefined } };
    const started = await host.run(['store', 'read', '/local/domain/0/name'], unset);
    expect(started).toEqual({
      code: 0,
      stdout: 'Domain-0\n',
      stderr: `domovoi: started the embedded machine in ${host.root}\n`,
    });
    await host.ok('machine', 'stop');
    expect(await host.run(['store', 'exists', '/tool'])).toMatchObject({ code: 0 });
    expect(await host.run(['store', 'ls', '-f', '/tool'], unset)).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^\/tool\/xenstored = /),
      stderr: '',
    });
  });
});
