import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openStore, type TestStore } from '../../xenstored/helpers/daemon.js';

const isInstalled = spawnSync('xenstore-ls', ['-h']).error === undefined;
if (!isInstalled) {
  console.warn('skipped: Debian’s xenstore-* tools against our daemon; install xenstore-utils');
}

let store: TestStore;
beforeEach(async () => {
  store = await openStore();
});
afterEach(async () => {
  await store.close();
});

/** Runs a tool on our store; resolves with what it printed and its exit code. */
function tool(name: string, ...args: string[]): Promise<{ out: string; code: number }> {
  const env = { ...process.env, XENSTORED_PATH: store.socketPath };
  return new Promise((resolve) => {
    execFile(name, args, { env, timeout: 20_000 }, (error, stdout) => {
      resolve({ out: stdout, code: typeof error?.code === 'number' ? error.code : error ? -1 : 0 });
    });
  });
}

describe.runIf(isInstalled)('Debian’s tools work on our daemon unmodified', () => {
  test('xenstore-write, -read, -list, -exists, -rm', async () => {
    expect(await tool('xenstore-write', '/a/b', 'hello', '/a/c', 'world')).toEqual({
      out: '',
      code: 0,
    });
    expect(await tool('xenstore-read', '/a/b', '/a/c')).toEqual({ out: 'hello\nworld\n', code: 0 });
    expect(await tool('xenstore-list', '/a')).toEqual({ out: 'b\nc\n', code: 0 });
    expect((await tool('xenstore-exists', '/a/b')).code).toBe(0);
    expect((await tool('xenstore-rm', '/a/b')).code).toBe(0);
    expect((await tool('xenstore-exists', '/a/b')).code).toBe(1);
    expect((await tool('xenstore-read', '/a/b')).code).toBe(1);
  });

  test('xenstore-chmod and xenstore-ls -fp', async () => {
    await tool('xenstore-write', '/a/b', 'x');
    expect((await tool('xenstore-chmod', '-r', '/a', 'b0', 'r7')).code).toBe(0);
    expect((await tool('xenstore-ls', '-fp', '/a')).out).toMatch(/^\/a\/b = "x" +\(b0,r7\)\n$/);
    expect(
      (await tool('xenstore-ls', '-fp')).out.split('\n').map((line) => line.split(' ')[0]),
    ).toEqual(['/tool', '/tool/xenstored', '/local', '/local/domain', '/a', '/a/b', '']);
  });

  test('xenstore-ls of a directory whose listing takes several messages', async () => {
    const client = await store.connect();
    const names = Array.from({ length: 500 }, (_, i) => `a-rather-long-name-${i}`);
    await Promise.all(names.map((name) => client.write(`/big/${name}`, name)));
    expect((await tool('xenstore-ls', '/big')).out).toBe(
      names.map((name) => `${name} = "${name}"\n`).join(''),
    );
    expect((await tool('xenstore-list', '/big')).out).toBe(names.map((n) => `${n}\n`).join(''));
  });

  test('xenstore-watch', async () => {
    const client = await store.connect();
    const env = { ...process.env, XENSTORED_PATH: store.socketPath };
    const child = spawn('xenstore-watch', ['-n', '3', '/w'], { env });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    expect((await lines.next()).value).toBe('/w');
    await client.write('/w/x', '1');
    expect((await lines.next()).value).toBe('/w/x');
    await client.remove('/w');
    expect((await lines.next()).value).toBe('/w');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  test('xenstore-rm -t and other tools of one run share a transaction', async () => {
    await tool('xenstore-write', '/deep/er/est', 'x');
    expect((await tool('xenstore-rm', '-t', '/deep/er/est')).code).toBe(0);
    expect((await tool('xenstore-exists', '/deep')).code).toBe(1);
  });
});
