import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { type StateDir, stateDirAt } from '../../../src/runtime/state-dir.js';
import { becomesTrue, lastingProcesses, processEnd, processesOf } from './processes.js';

const PACKAGE = fileURLToPath(new URL('../../../', import.meta.url));
const RUN_JS = join(PACKAGE, 'bin', 'run.js');
/** A command that hangs must end the test, not the test run. */
const COMMAND_TIMEOUT_MS = 60_000;

export interface Result {
  /** Null when it was killed. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly stdin?: string;
  /** Kills it, as `kill -9` does, when it aborts. */
  readonly signal?: AbortSignal;
}

/** One of `examples/`, by its name. */
export function exampleConfig(name: string): string {
  return join(PACKAGE, 'examples', `${name}.cfg`);
}

/**
 * A state directory of its own and the command line on it, as a user has it: every command is a
 * process. To be closed whatever happens: with `onTestFinished` or `afterAll`.
 */
export class Domovoi {
  readonly stateDir: StateDir;

  /** @param root an empty directory; a new one below the system's temporary directory when absent */
  constructor(root = mkdtempSync(join(tmpdir(), 'dve-'))) {
    expect(root.length).toBeLessThan(60);
    this.stateDir = stateDirAt(root);
  }

  get root(): string {
    return this.stateDir.root;
  }

  /** Runs `domovoi …`. */
  run(args: readonly string[], options: RunOptions = {}): Promise<Result> {
    return this.exec(process.execPath, [RUN_JS, ...args], options);
  }

  /** Runs a command that has to succeed, and gives what it prints. */
  async ok(...args: string[]): Promise<string> {
    const result = await this.run(args);
    expect(result, `domovoi ${args.join(' ')}`).toMatchObject({ code: 0 });
    return result.stdout;
  }

  /** Runs a command with `--json` that has to succeed, and gives the envelope. */
  async json<Envelope>(...args: string[]): Promise<Envelope> {
    return JSON.parse(await this.ok(...args, '--json')) as Envelope;
  }

  /** Runs any program in the environment of this state directory. */
  async exec(
    program: string,
    args: readonly string[],
    { env = {}, cwd = tmpdir(), stdin, signal }: RunOptions = {},
  ): Promise<Result> {
    const child = spawn(program, args, {
      cwd,
      env: { ...this.#environment(), ...env },
      stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      timeout: COMMAND_TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    child.stdin?.end(stdin);
    signal?.addEventListener('abort', () => child.kill('SIGKILL'));
    const [[code], stdout, stderr] = await Promise.all([
      once(child, 'close') as Promise<[number | null]>,
      text(child.stdout as NodeJS.ReadableStream),
      text(child.stderr as NodeJS.ReadableStream),
    ]);
    return { code, stdout, stderr };
  }

  /** Kills the daemon as a crash would, and returns when it is dead. False when there was none. */
  killDaemon(): Promise<boolean> {
    return this.#kill('daemon');
  }

  /** Kills the machine as a loss of power would, and returns when it is dead. */
  killMachine(): Promise<boolean> {
    return this.#kill('machine');
  }

  /** Returns when the daemon has died by itself. */
  async daemonDies(): Promise<void> {
    const pid = this.#find('daemon');
    if (pid !== undefined) await processEnd(this.root, pid);
  }

  /** What runs on this state directory, by the name of its room. */
  services(): string[] {
    return processesOf(this.root)
      .flatMap(({ command }) => /dist\/src\/(\w+)\/main\.js/.exec(command)?.[1] ?? [])
      .sort();
  }

  /** Resolves when the process of a service is there, which is before it can be asked anything. */
  async startOf(service: string): Promise<void> {
    await becomesTrue(() => this.services().includes(service));
  }

  /** Resolves when somebody is connected to the daemon, as proc_net_unix(5) has it. */
  async firstQuestion(): Promise<void> {
    const ends = () =>
      readFileSync('/proc/net/unix', 'utf8')
        .split('\n')
        .filter((line) => line.endsWith(` ${this.stateDir.daemonSocket}`));
    // One is the socket that it listens on.
    await becomesTrue(() => ends().length > 1);
  }

  /** Ends everything and removes the directory; throws when a process did not end by itself. */
  async close(): Promise<void> {
    const ends = [await this.run(['daemon', 'stop']), await this.run(['machine', 'stop'])];
    const left = await lastingProcesses(this.root);
    for (const { pid } of left) process.kill(pid, 'SIGKILL');
    rmSync(this.root, { recursive: true, force: true });
    expect(left, JSON.stringify(ends)).toEqual([]);
  }

  #environment(): NodeJS.ProcessEnv {
    const { PATH, HOME, LANG } = process.env;
    return {
      PATH,
      HOME,
      LANG,
      DOMOVOI_STATE_DIR: this.root,
      XENSTORED_PATH: this.stateDir.storeSocket,
    };
  }

  async #kill(service: string): Promise<boolean> {
    const pid = this.#find(service);
    if (pid === undefined) return false;
    process.kill(pid, 'SIGKILL');
    await processEnd(this.root, pid);
    return true;
  }

  #find(service: string): number | undefined {
    const program = `/dist/src/${service}/main.js`;
    return processesOf(this.root).find(({ command }) => command.includes(program))?.pid;
  }
}
