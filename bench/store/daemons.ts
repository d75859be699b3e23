import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const subjects = ['ours', 'c', 'ox'] as const;
export type Subject = (typeof subjects)[number];

export interface RunningDaemon {
  readonly socketPath: string;
  readonly pid: number;
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

/** Why a daemon cannot run on this machine; undefined when it can. */
export function whyMissing(subject: Subject): string | undefined {
  if (subject === 'ours') return existsSync(ourBuild) ? undefined : 'not built: npm run build';
  return process.env.DOMOVOI_REAL_XENSTORED === undefined
    ? 'DOMOVOI_REAL_XENSTORED is not set'
    : undefined;
}

/** Starts a daemon on an empty store in a new directory; it listens when the promise resolves. */
export async function startDaemon(subject: Subject, dir: string): Promise<RunningDaemon> {
  mkdirSync(dir);
  return subject === 'ours' ? startOurs(dir) : startReal(subject, dir);
}

async function startOurs(dir: string): Promise<RunningDaemon> {
  const child = spawn(process.execPath, [ourDaemon, dir], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const signal = AbortSignal.timeout(START_LIMIT_MS);
  const exited = once(child, 'exit');
  await Promise.race([
    once(child, 'message', { signal }),
    exited.then(([code]) => {
      throw new Error(`our daemon ended with ${code} before it listened`);
    }),
  ]);
  if (child.pid === undefined) throw new Error('our daemon has no pid');
  return {
    socketPath: join(dir, 'socket'),
    pid: child.pid,
    stop: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function startReal(subject: 'c' | 'ox', dir: string): Promise<RunningDaemon> {
  const script = process.env.DOMOVOI_REAL_XENSTORED ?? '';
  await run(script, ['start', dir, subject === 'c' ? 'c' : 'ocaml']);
  return {
    socketPath: join(dir, 'socket'),
    pid: Number(readFileSync(join(dir, 'pid'), 'utf8')),
    stop: async () => {
      await run(script, ['stop', dir]);
    },
  };
}

/** @throws when the process is gone */
export function memoryOf(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const megabytes = (field: string) =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
  return { resident: megabytes('VmRSS'), peak: megabytes('VmHWM') };
}
