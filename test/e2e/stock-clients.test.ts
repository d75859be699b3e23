import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { Domovoi } from './helpers/domovoi.js';
import { storeTest } from './helpers/store.js';

describe("Debian's tools on our store", () => {
  let host: Domovoi;
  beforeAll(async () => {
    host = new Domovoi();
    await host.ok('machine', 'start');
  });
  afterAll(() => host.close());

  const tool = (name: string, ...args: string[]) => host.exec(`xenstore-${name}`, args);
  const quiet = { code: 0, stdout: '', stderr: '' };

  storeTest('write, read, list, look, change permissions and remove', async () => {
    expect(await tool('write', '/t/a', 'one', '/t/b/c', 'two')).toEqual(quiet);
    expect(await tool('read', '/t/a', '/t/b/c')).toMatchObject({ code: 0, stdout: 'one\ntwo\n' });
    expect(await tool('read', '-p', '/t/a')).toMatchObject({ code: 0, stdout: '/t/a: one\n' });
    expect(await tool('list', '/t')).toMatchObject({ code: 0, stdout: 'a\nb\n' });
    expect(await tool('exists', '/t/a')).toEqual(quiet);
    expect(await tool('chmod', '/t/a', 'n0', 'r7', 'b8')).toEqual(quiet);
    expect(await tool('ls', '-fp', '/t')).toMatchObject({
      code: 0,
      stdout: '/t/a = "one"   (n0,r7,b8)\n/t/b = ""   (n0)\n/t/b/c = "two"   (n0)\n',
    });
    expect(await tool('chmod', '-r', '/t', 'n0', 'r3')).toEqual(quiet);
    expect((await tool('ls', '-fp', '/t')).stdout.match(/\(n0,r3\)/g)).toHaveLength(3);
    expect(await tool('rm', '/t')).toEqual(quiet);
    expect(await tool('exists', '/t')).toMatchObject({ code: 1 });
  });

  storeTest('remove empty parents on request', async () => {
    await tool('write', '/u/v/w', 'x');
    expect(await tool('rm', '-t', '/u/v/w')).toEqual(quiet);
    expect(await tool('exists', '/u')).toMatchObject({ code: 1 });
  });

  storeTest('carry every byte', async () => {
    const escaped = 'a\\t"q\\\\ \\xff';
    expect(await tool('write', '/bytes', escaped)).toEqual(quiet);
    expect(await tool('read', '/bytes')).toMatchObject({ code: 0, stdout: `${escaped}\n` });
    expect(await tool('ls', '-f', '/')).toMatchObject({
      stdout: expect.stringContaining(`/bytes = "${escaped}"\n`),
    });
    await tool('rm', '/bytes');
  });

  storeTest('fail as they do elsewhere', async () => {
    expect(await tool('read', '/nope')).toMatchObject({ code: 1, stdout: '' });
    expect((await tool('read', '/nope')).stderr).toContain("couldn't read path /nope");
    expect(await tool('list', '/nope')).toMatchObject({ code: 1 });
    expect(await tool('rm', '/nope/deeper')).toMatchObject({ code: 1 });
    expect(await tool('write', '/bad//path', 'x')).toMatchObject({ code: 1 });
    expect(await tool('write', '/space here', 'x')).toMatchObject({ code: 1 });
  });

  storeTest('are told of what changes', async ({ onTestFinished }) => {
    const watcher = spawn('xenstore-watch', ['-n', '4', '/w'], {
      env: { ...process.env, XENSTORED_PATH: host.stateDir.storeSocket },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void watcher.kill());
    const lines = createInterface({ input: watcher.stdout })[Symbol.asyncIterator]();
    const next = async () => (await lines.next()).value;
    expect(await next()).toBe('/w');
    await tool('write', '/w/x', '1');
    expect(await next()).toBe('/w/x');
    await tool('write', '/elsewhere', '1');
    await tool('write', '/w', '2');
    expect(await next()).toBe('/w');
    await tool('rm', '/w');
    expect(await next()).toBe('/w');
    const [code] = watcher.exitCode === null ? await once(watcher, 'exit') : [watcher.exitCode];
    expect(code).toBe(0);
    await tool('rm', '/elsewhere');
  });
});
