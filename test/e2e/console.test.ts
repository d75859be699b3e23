import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Domovoi, exampleConfig } from './helpers/domovoi.js';

const hasScript = existsSync('/usr/bin/script');
if (!hasScript) process.stderr.write('A console on a terminal needs script(1) and is not tried.\n');

let host: Domovoi;
beforeAll(async () => {
  host = new Domovoi();
  await host.ok('create', exampleConfig('pv'));
});
afterAll(() => host.close());

test('what is piped in is typed at the guest, and its answer comes out', async () => {
  const { code, stdout, stderr } = await host.run(['console', 'pv'], { stdin: 'echo so be it\n' });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^so be it\r$/m);
});

test('a single Ctrl-] leaves, as in xl', async () => {
  const { code } = await host.run(['console', 'pv'], { stdin: '\u001d' });
  expect(code).toBe(0);
});

test.skipIf(!hasScript)('on a terminal Ctrl-] leaves, and the terminal is as it was', async () => {
  const runJs = join(dirname(exampleConfig('pv')), '..', 'bin', 'run.js');
  const line = `'${process.execPath}' '${runJs}' console pv; echo "left with $?"; stty -a`;
  const { stdout } = await host.exec('script', ['--quiet', '--command', line, '/dev/null'], {
    stdin: 'nproc\r\u001d',
    env: { TERM: 'xterm' },
  });
  expect(stdout).toContain('left with 0');
  expect(stdout).toMatch(/ icanon .* echo /s);
});

test('the end of the domain ends it', async () => {
  await host.ok('create', '-q', exampleConfig('pv'), 'name="short"');
  const { code } = await host.run(['console', 'short'], { stdin: 'poweroff\n' });
  expect(code).toBe(0);
});

test('a console that there is not is refused', async () => {
  const { code, stderr } = await host.run(['console', '-n', '7', 'pv']);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^domovoi: nobody serves this console of domain \d+\n {2}at \/local\//);
});

test('--json tells the way instead of going it', async () => {
  const { item } = await host.json<{ item: { path: string } }>('console', 'pv');
  expect(existsSync(item.path)).toBe(true);
});
