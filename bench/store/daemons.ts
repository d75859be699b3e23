import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

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
const ourDaemon = fileURLToPath(new URL('our-daemon.mjs', import.meta.url));
const ourBuild = fileURLToPath(new URL('../../dist/src/xenstored/daemon.js', import.meta.url));
const realXenstored = process.env.DOMOVOI_REAL_XENSTORED;

/** Why a daemon cannot run on this machine; undefined when it can. */
export function whyMissing(subject: Subject): string | undefined {
  if (subject !== 'ours') return realXenstored ? undefined : 'DOMOVOI_REAL_XENSTORED is not set';
  return existsSync(ourBuild) ? undefined : 'not built: npm run build';
}

/** Starts daemons, each on an empty store. */
export class Daemons {
  /** The daemon listens when the promise resolves. */
  async start(subject: Subject): Promise<RunningDaemon> {
    return subject === 'ours' ? startOurs() : startReal(subject);
  }
}

async function startReal(subject: 'c' | 'ox'): Promise<RunningDaemon> {
  const run = promisify(execFile);
  const script = realXenstored ?? '';
  const dir = mkdtempSync(join(tmpdir(), 'bench-'));
  await run(script, ['start', dir, subject === 'c' ? 'c' : 'ocaml']);
  return {
    socketPath: join(dir, 'socket'),
    stop: async () => {
      await run(script, ['stop', dir]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
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
