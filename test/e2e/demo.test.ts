import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../../bin/demo.js', import.meta.url));

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the demonstration off a terminal, with `dir` as the place for temporary files. */
function runDemo(dir: string): Promise<Outcome> {
  const env = { ...process.env, TMPDIR: dir, NO_COLOR: '1' };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [program], { env }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

/** Processes that have a word in their environment, as proc(5) shows it. */
function processesWith(word: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(word);
    } catch {
      return false; // It has ended meanwhile, or is not ours to look into.
    }
  });
}

describe('npm run demo', () => {
  const dir = mkdtempSync(join(tmpdir(), 'dv-demo-'));
  let outcome: Outcome;

  beforeAll(async () => {
    outcome = await runDemo(dir);
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('ends well and says nothing that looks like an error', () => {
    expect(outcome.code, outcome.stdout + outcome.stderr).toBe(0);
    expect(outcome.stdout + outcome.stderr).not.toMatch(/failed|Error:/);
  });

  it('shows both trees side by side while both stand', () => {
    expect(outcome.stdout).toMatch(/^\/local\/domain\/1 +\| \/local\/domain\/2$/m);
    expect(outcome.stdout).toMatch(/^name = "busy" +\| name = "busy--incoming"$/m);
  });

  it('shows the progress, the new domid, the unchanged UUID and the downtime', () => {
    const uuid = /\/vm\/([0-9a-f-]{36})/.exec(outcome.stdout)?.[1];
    expect(outcome.stdout).toMatch(/pre-copy round 1: \d+ pages sent/);
    expect(outcome.stdout).toContain(`busy: domid 1 -> 2, UUID ${uuid}`);
    expect(outcome.stdout).toMatch(/downtime \d+(\.\d)? m?s/);
    expect(outcome.stdout).toContain(`The UUID is still ${uuid}.`);
  });

  it('shows the history, and that nothing is left of the domain', () => {
    expect(outcome.stdout).toMatch(/migrate +busy +succeeded/);
    expect(outcome.stdout).toMatch(/What is left of it in XenStore:\nnothing\.\n$/);
  });

  it('writes no escape sequences off a terminal', () => {
    expect(outcome.stdout + outcome.stderr).not.toContain('\u001b');
  });

  it('leaves no file and no process behind', () => {
    expect(readdirSync(dir)).toEqual([]);
    expect(processesWith(dir)).toEqual([]);
  });
});
