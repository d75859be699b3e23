import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const source = fileURLToPath(new URL('client.c', import.meta.url));

/** What `client.c` takes; its head says what each means. */
export interface LoadOptions {
  readonly op: string;
  readonly connections?: number;
  readonly depth?: number;
  readonly shape?: string;
  readonly watches?: number;
  readonly warm?: number;
  readonly seconds?: number;
  readonly count?: number;
  readonly limit?: number;
  readonly root?: string;
}

/** What one load measured. Times of operations in microseconds. */
export interface Measurement {
  readonly count: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Medians of the operations around the 100th, and of the last 100; 0 when there were fewer. */
  readonly early: number;
  readonly late: number;
  /** Transactions that were answered EAGAIN and begun again. */
  readonly retries: number;
  /** The daemon's process. */
  readonly pid: number;
}

/** Makes a load on the daemon that listens on the socket. */
export type Load = (socketPath: string, options: LoadOptions) => Promise<Measurement>;

/** Which CPUs client and daemon run on: the scheduler's choice, one each, or one for both. */
export const placements = {
  free: {},
  apart: { cpu: 2, daemon_cpu: 1 },
  same: { cpu: 1, daemon_cpu: 1 },
} as const;
export type Placement = keyof typeof placements;

/** Compiles the client into the directory. */
export async function buildLoad(dir: string, placement: Placement): Promise<Load> {
  const program = join(dir, 'client');
  await run('cc', ['-O2', '-o', program, source]);
  return async (socketPath, options) => {
    const words = Object.entries({ ...options, ...placements[placement] }).map(
      ([key, value]) => `${key}=${value}`,
    );
    const { stdout } = await run(program, [socketPath, ...words]);
    return JSON.parse(stdout) as Measurement;
  };
}
