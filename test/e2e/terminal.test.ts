import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import stringWidth from 'string-width';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Domovoi, exampleConfig } from './helpers/domovoi.js';

const ESC = '\u001b';
const CLEAR_LINE = `\r${ESC}[2K`;
const hasScript = existsSync('/usr/bin/script');
if (!hasScript) process.stderr.write('Tests on a terminal need script(1) and are skipped.\n');

describe('the output', () => {
  let host: Domovoi;
  beforeAll(async () => {
    host = new Domovoi();
    await host.ok('create', exampleConfig('busy'));
  });
  afterAll(() => host.close());

  test('off a terminal is plain text, a line for each step', async () => {
    const { stdout, stderr } = await host.run(['migrate', 'busy', 'localhost']);
    expect(stdout).toMatch(
      /^Migration successful\.\nbusy: domid 1 -> 2, UUID \S+\n.*downtime \d+ ms/,
    );
    expect(stderr).toMatch(/^\[1\/\d+\] check migration\n/);
    expect(stderr).toMatch(/^pre-copy round 0: \d+ pages sent/m);
    for (const control of [ESC, '\r']) expect(stdout + stderr).not.toContain(control);
    expect(await host.ok('history')).not.toContain(ESC);
  });

  test('is silent on request', async () => {
    expect(await host.run(['create', '-q', exampleConfig('pv')])).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    expect(await host.run(['destroy', '--quiet', 'pv'])).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
  });

  test.skipIf(!hasScript)('fits a terminal of 80 columns', async () => {
    for (const command of ['history', 'history busy', 'machine status', 'daemon status']) {
      const lines = (await onTerminal(command)).split('\r\n');
      expect(lines.filter((line) => stringWidth(line) > 80)).toEqual([]);
    }
  });

  test.skipIf(!hasScript)('on a terminal keeps progress in one line', async () => {
    const output = await onTerminal('migrate busy localhost');
    expect(output).toContain(CLEAR_LINE);
    const screen = output.split('\r\n').map((line) => line.split(CLEAR_LINE).at(-1) ?? '');
    expect(screen.some((line) => /^\[\d+\/\d+\]/.test(line))).toBe(false);
    expect(screen).toContain('Migration successful.');
    const written = output.split('\r\n').flatMap((line) => line.split(CLEAR_LINE));
    expect(written.filter((line) => stringWidth(line) > 80)).toEqual([]);
  });

  test.skipIf(!hasScript)('has colours on a terminal, unless NO_COLOR says otherwise', async () => {
    expect(await onTerminal('history')).toContain(`${ESC}[`);
    expect(await onTerminal('history', { NO_COLOR: '1' })).not.toContain(`${ESC}[`);
    expect(await onTerminal('destroy nope')).not.toContain('undefined');
  });

  async function onTerminal(command: string, env: Record<string, string> = {}): Promise<string> {
    const runJs = join(dirname(exampleConfig('pv')), '..', 'bin', 'run.js');
    const line = `stty cols 80 rows 24; '${process.execPath}' '${runJs}' ${command}`;
    const { stdout } = await host.exec('script', ['--quiet', '--command', line, '/dev/null'], {
      env: { TERM: 'xterm-256color', ...env },
    });
    return stdout;
  }
});
