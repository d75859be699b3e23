import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { temporaryDirectory } from '../../../xenstored/helpers/daemon.js';
import type { DomainState } from '../store-under-test.js';

const BINARIES = '/usr/lib/xen-4.17/bin';
const SHIM = new URL('./xen-shim.c', import.meta.url).pathname;
/** A daemon is ready in some 20 ms; this is for a machine that does ten other things. */
const START_LIMIT_MS = 20_000;

export const realKinds = ['xenstored', 'oxenstored'] as const;
export type RealKind = (typeof realKinds)[number];

/** A stock store daemon that runs on its own, on a host without Xen. */
export interface RealDaemon {
  readonly socketPath: string;
  /** What the hypervisor says of a domain from now on. */
  setDomainState(domid: number, state: DomainState): void;
  /** Raises VIRQ_DOM_EXC: a domain has shut down, crashed or died. */
  raiseDomainException(): Promise<void>;
  /** Whoever connects here is the domain. Exists while the daemon serves the domain. */
  guestSocketPath(domid: number): string;
  /** Ends the daemon without a word, and leaves its directory for another. */
  kill(): Promise<void>;
  /** Ends the daemon and removes its directory. */
  stop(): Promise<void>;
}

/** Why the daemon cannot be run here; undefined when it can. */
export function whyNotHere(kind: RealKind): string | undefined {
  const missing = [join(BINARIES, kind), '/usr/bin/cc'].filter((path) => !existsSync(path));
  if (missing.length === 0) return undefined;
  return `${missing.join(', ')} not installed (packages xen-utils-4.17, gcc, libc6-dev)`;
}

/** Builds what lets the real daemons run without Xen. The file is the caller's to remove. */
export async function buildShim(): Promise<{ path: string; remove(): void }> {
  const dir = temporaryDirectory();
  const path = join(dir.path, 'xen-shim.so');
  const flags = ['-O1', '-Wall', '-Wextra', '-Werror', '-fPIC', '-shared', '-pthread'];
  try {
    await promisify(execFile)('/usr/bin/cc', [...flags, '-o', path, SHIM, '-ldl']);
  } catch (error) {
    dir.remove();
    throw error;
  }
  return { path, remove: dir.remove };
}

/** Starts a daemon in a directory that is nobody else's; it ends with this process at the latest. */
export async function startRealDaemon(
  kind: RealKind,
  shimPath: string,
  directory = temporaryDirectory(),
): Promise<RealDaemon> {
  const { path: dir, remove } = directory;
  writeFileSync(join(dir, 'xsd_kva'), Buffer.alloc(4096));
  writeFileSync(join(dir, 'xsd_port'), '2');
  writeFileSync(join(dir, 'oxenstored.conf'), oxenstoredConfiguration(dir));
  const logPath = join(dir, 'log');
  const log = openSync(logPath, 'a');
  const child = spawn(join(BINARIES, kind), argumentsOf(kind, dir), {
    cwd: dir,
    env: { LD_PRELOAD: shimPath, XEN_SHIM_DIR: dir, XENSTORED_RUNDIR: dir, XENSTORED_ROOTDIR: dir },
    stdio: ['ignore', log, log, 'pipe'],
  });
  closeSync(log);
  const exited = once(child, 'exit');
  const kill = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  const stop = async () => {
    await kill();
    remove();
  };
  const ready = child.stdio[3] as Readable;
  try {
    await Promise.race([
      once(ready, 'data', { signal: AbortSignal.timeout(START_LIMIT_MS) }),
      exited.then(([code, signal]) => {
        throw new Error(`${kind} ended (${code ?? signal}): ${readFileSync(logPath, 'utf8')}`);
      }),
    ]);
  } catch (error) {
    await stop();
    throw error;
  }
  // Its end ends the daemon; nothing more is said on it.
  ready.resume();
  return {
    socketPath: join(dir, 'socket'),
    setDomainState: (domid, state) => {
      const file = join(dir, `dom.${domid}`);
      if (state === 'absent') rmSync(file, { force: true });
      else writeFileSync(file, state);
    },
    raiseDomainException: async () => {
      await once(createConnection(join(dir, 'virq')).resume(), 'close');
    },
    guestSocketPath: (domid) => join(dir, `guest.${domid}`),
    kill,
    stop,
  };
}

function argumentsOf(kind: RealKind, dir: string): string[] {
  return kind === 'xenstored'
    ? ['--no-fork', '--internal-db']
    : ['--no-fork', '--no-access-log', '--config-file', join(dir, 'oxenstored.conf')];
}

/** What Debian ships as /etc/xen/oxenstored.conf, but for where files lie. */
function oxenstoredConfiguration(dir: string): string {
  return [
    `pid-file = ${dir}/pid`,
    `xenstored-log-file = ${dir}/oxenstored.log`,
    'xenstored-kva = /proc/xen/xsd_kva',
    'xenstored-port = /proc/xen/xsd_port',
    'test-eagain = false',
    'merge-activate = true',
    'conflict-burst-limit = 5.0',
    'conflict-max-history-seconds = 0.05',
    'conflict-rate-limit-is-aggregate = true',
    'perms-activate = true',
    'perms-watch-activate = true',
    'quota-activate = true',
    'quota-maxentity = 1000',
    'quota-maxsize = 2048',
    'quota-maxwatch = 100',
    'quota-transaction = 10',
    'quota-maxrequests = 1024',
    'quota-path-max = 1024',
    'quota-maxoutstanding = 1024',
    'quota-maxwatchevents = 1024',
    'persistent = false',
    '',
  ].join('\n');
}
