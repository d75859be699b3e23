import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  buildShim,
  startRealDaemon,
  whyNotHere,
} from '../../test/contract/store/real/real-daemon.js';

export const subjects = ['ours', 'c', 'ox'] as const;
export type Subject = (typeof subjects)[number];

export interface RunningDaemon {
  readonly socketPath: string;
  stop(): Promise<void>;
}

/** Resident memory of a process, in MB: now, and the most it ever was. */
export interface Memory {
  readonly resident: number;
  readonly peak: number;
}

const START_LIMIT_MS = 10_000;
const ourDaemon = fileURLToPath(
  new URL('../../test/xenstored/helpers/daemon-child.mjs', import.meta.url),
);
const ourBuild = fileURLToPath(new URL('../../dist/src/xenstored/daemon.js', import.meta.url));
const realKinds = { c: 'xenstored', ox: 'oxenstored' } as const;

/** Why a daemon cannot run on this machine; undefined when it can. */
export function whyMissing(subject: Subject): string | undefined {
  if (subject !== 'ours') return whyNotHere(realKinds[subject]);
  return existsSync(ourBuild) ? undefined : 'not built: npm run build';
}

/** Starts daemons, each on an empty store. */
export class Daemons {
  #shim: ReturnType<typeof buildShim> | undefined;

  /** The daemon listens when the promise resolves. */
  async start(subject: Subject): Promise<RunningDaemon> {
    if (subject === 'ours') return startOurs();
    this.#shim ??= buildShim();
    return startRealDaemon(realKinds[subject], (await this.#shim).path);
  }

  async close(): Promise<void> {
    (await this.#shim)?.remove();
  }
}

async function startOurs(): Promise<RunningDaemon> {
  const dir = mkdtempSync(join(tmpdir(), 'bench-'));
  const child = spawn(process.execPath, [ourDaemon, dir], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGKILL');
    await exited;
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    await Promise.race([
      once(child, 'message', { signal: AbortSignal.timeout(START_LIMIT_MS) }),
      exited.then(([code]) => {
        throw new Error(`our daemon ended with ${code} before it listened`);
      }),
    ]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { socketPath: join(dir, 'socket'), stop };
}

/** @throws when the process is gone */
export function memoryOf(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const megabytes = (field: string) =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
  return { resident: megabytes('VmRSS'), peak: megabytes('VmHWM') };
}
