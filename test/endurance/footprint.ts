import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { XenStoreClient } from '../../src/xenstore/client.js';
import type { Domovoi } from '../e2e/helpers/domovoi.js';
import { dump, lines } from '../layout/dump.js';

/** What must be the same before and after, however much happened in between. */
export interface Traces {
  readonly tree: readonly string[];
  /** The store daemon's own figures: nodes, domains, connections, watches, transactions. */
  readonly figures: readonly string[];
  /** Open files of each process, without numbers: `socket`, `pipe`, a path. */
  readonly files: readonly (readonly string[])[];
  readonly threads: readonly number[];
  /** What is in the state directory, by path. */
  readonly entries: readonly string[];
}

/** A process's resident memory, in KiB (proc(5)). */
export function residentKib(pid: number): number {
  return statusField(pid, 'VmRSS');
}

export async function tracesOf(host: Domovoi, pids: readonly number[]): Promise<Traces> {
  const store = await XenStoreClient.connect(host.stateDir.storeSocket);
  try {
    const figures = (await store.control('dump')).split('\n');
    return {
      tree: lines(await dump(store)),
      figures: figures.filter((line) => !line.startsWith('generation')),
      files: pids.map(openFiles),
      threads: pids.map((pid) => statusField(pid, 'Threads')),
      entries: entriesOf(host.root),
    };
  } finally {
    await store.close();
  }
}

/** The bytes of all files below a directory whose path fits. */
export function bytesOf(root: string, pattern: RegExp): number {
  return entriesOf(root)
    .filter((entry) => pattern.test(entry))
    .reduce((sum, entry) => sum + statSync(join(root, entry)).size, 0);
}

function entriesOf(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' }).sort();
}

function openFiles(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`)
    .map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`).replace(/:\[\d+\]$/, ''))
    .sort();
}

function statusField(pid: number, name: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
}
