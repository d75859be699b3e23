import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { openStore, type TestStore } from '../../xenstored/helpers/daemon.js';

export const RUN_JS = fileURLToPath(new URL('../../../bin/run.js', import.meta.url));
/** A command that hangs must end the test, not the test run. */
const COMMAND_TIMEOUT_MS = 60_000;

/** What a command did; bytes as latin1. */
export interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type Tool =
  | 'chmod'
  | 'control'
  | 'exists'
  | 'list'
  | 'ls'
  | 'read'
  | 'rm'
  | 'watch'
  | 'write';

/** Debian's xenstore-control is a wrapper that asks which Xen runs: this is what it would start. */
export const XENSTORE_CONTROL = readdirSync('/usr/lib', { withFileTypes: true })
  .filter(({ name }) => /^xen-\d/.test(name))
  .map(({ name }) => `/usr/lib/${name}/bin/xenstore-control`)[0];

/** Two stores with equal content: one is for the tools of Xen, the other for ours. */
export class SideBySide {
  readonly real: TestStore;
  readonly ours: TestStore;

  private constructor(real: TestStore, ours: TestStore) {
    this.real = real;
    this.ours = ours;
  }

  static async open(): Promise<SideBySide> {
    return new SideBySide(await openStore(), await openStore());
  }

  /** Writes a node into both. */
  async write(nodes: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
    for (const store of [this.real, this.ours]) {
      const client = await store.connect();
      await client.transaction(async (tx) => {
        for (const [path, value] of Object.entries(nodes)) await tx.write(path, value);
      });
      await client.close();
    }
  }

  /** Runs the tool and our command, and expects that nobody could tell them apart. */
  async expectEqual(tool: Tool, args: readonly string[]): Promise<Result> {
    const [theirs, ours] = await Promise.all([
      runReal(this.real.socketPath, tool, args),
      runOurs(this.ours.socketPath, tool, args),
    ]);
    const { code, stdout } = ours;
    expect({ code, stdout }, JSON.stringify([tool, ...args])).toEqual({
      code: theirs.code,
      stdout: theirs.stdout,
    });
    // Ours has words where the original has some: other ones, and where nothing fails none.
    if (code === 0) expect(ours.stderr).toBe('');
    else if (theirs.stderr !== '') expect(ours.stderr).toMatch(/^domovoi: /);
    return ours;
  }

  /** Expects equal trees, with values and permissions. */
  async expectEqualTrees(): Promise<void> {
    const trees = [this.real, this.ours].map(({ socketPath }) =>
      runReal(socketPath, 'ls', ['-fp']),
    );
    const [one, other] = await Promise.all(trees);
    expect(one?.stdout).toBe(other?.stdout);
  }

  async close(): Promise<void> {
    await Promise.all([this.real.close(), this.ours.close()]);
  }
}

export function runReal(socket: string, tool: Tool, args: readonly string[]): Promise<Result> {
  const program = tool === 'control' ? (XENSTORE_CONTROL ?? '') : `xenstore-${tool}`;
  return run(program, args, { XENSTORED_PATH: socket });
}

export function runOurs(socket: string, tool: Tool, args: readonly string[]): Promise<Result> {
  return run(process.execPath, [RUN_JS, 'store', tool, ...args], { XENSTORED_PATH: socket });
}

/** Runs a program with a PATH, a HOME and `env`. */
export function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Result> {
  const { PATH = '', HOME = '/' } = process.env;
  return new Promise((resolve) => {
    const options = {
      env: { PATH, HOME, ...env },
      encoding: 'latin1',
      timeout: COMMAND_TIMEOUT_MS,
      maxBuffer: 64 * 1024 * 1024,
    } as const;
    execFile(program, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
      resolve({ code, stdout, stderr });
    });
  });
}
