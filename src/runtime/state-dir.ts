import { mkdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { ToolstackError, toToolstackError } from '../model/index.js';

/** The longest path a UNIX socket can have (`sun_path` of unix(7), less its final NUL). */
const MAX_SOCKET_PATH_BYTES = 107;

/** Everything that one machine and its toolstack keep on disk. All paths are absolute. */
export interface StateDir {
  readonly root: string;
  /** `XENSTORED_RUNDIR`: the store's sockets. */
  readonly storeDir: string;
  readonly storeSocket: string;
  /** For those who may look but not touch. */
  readonly storeReadOnlySocket: string;
  readonly machineDir: string;
  readonly hypervisorSocket: string;
  readonly machineDatabase: string;
  readonly machineLog: string;
  readonly daemonDir: string;
  readonly daemonSocket: string;
  readonly historyDatabase: string;
  readonly daemonLog: string;
  /** Cores of domains whose configuration wants one when they crash. */
  readonly dumpDir: string;
  /** Held by the one daemon of this directory while it lives. */
  readonly daemonLock: string;
  /** Held by whoever is starting a machine or a daemon here. */
  readonly startLock: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The state directory of this process: `DOMOVOI_STATE_DIR`, or `domovoi` in `XDG_STATE_HOME`, or
 * `~/.local/state/domovoi`. Nothing is made yet.
 * @throws ToolstackError EINVAL when its sockets would have paths that are too long
 */
export function findStateDir(env: Environment = process.env): StateDir {
  return stateDirAt(env.DOMOVOI_STATE_DIR || join(stateHome(env), 'domovoi'));
}

/** @throws ToolstackError EINVAL when its sockets would have paths that are too long */
export function stateDirAt(path: string): StateDir {
  const root = resolve(path);
  const storeDir = join(root, 'xenstored');
  const machineDir = join(root, 'machine');
  const daemonDir = join(root, 'daemon');
  const stateDir: StateDir = {
    root,
    storeDir,
    storeSocket: join(storeDir, 'socket'),
    storeReadOnlySocket: join(storeDir, 'socket_ro'),
    machineDir,
    hypervisorSocket: join(machineDir, 'hypervisor.sock'),
    machineDatabase: join(machineDir, 'machine.db'),
    machineLog: join(machineDir, 'log'),
    daemonDir,
    daemonSocket: join(daemonDir, 'api.sock'),
    historyDatabase: join(daemonDir, 'history.db'),
    daemonLog: join(daemonDir, 'log'),
    dumpDir: join(root, 'dumps'),
    daemonLock: join(daemonDir, 'lock.db'),
    startLock: join(root, 'start.lock'),
  };
  refuseLongSocketPaths(stateDir);
  return stateDir;
}

/**
 * Makes the directories that are missing, each for its owner alone.
 * @throws ToolstackError when that is not possible, as EACCES, ENOSPC, EIO
 */
export function makeStateDir(stateDir: StateDir): void {
  for (const directory of [
    stateDir.root,
    stateDir.storeDir,
    stateDir.machineDir,
    stateDir.daemonDir,
    stateDir.dumpDir,
  ]) {
    makeDirectory(directory);
  }
}

/** Not `mkdirSync`'s `recursive`: that never ends where a file system refuses with ENOENT, as /proc. */
function makeDirectory(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  if (dirname(path) !== path) makeDirectory(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (thrown) {
    // Somebody else may have been quicker.
    if (isExisting(thrown) && statSync(path).isDirectory()) return;
    throw unusable(path, thrown);
  }
}

function isExisting(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST';
}

function unusable(path: string, thrown: unknown): ToolstackError {
  const { code, message } = toToolstackError(thrown);
  return new ToolstackError(code, `cannot make the state directory: ${message}`, {
    where: path,
    suggestions: ['Set DOMOVOI_STATE_DIR to a directory that you may write to.'],
    cause: thrown,
  });
}

function stateHome(env: Environment): string {
  const configured = env.XDG_STATE_HOME;
  // The XDG base directory specification has relative paths ignored.
  if (configured !== undefined && isAbsolute(configured)) return configured;
  return join(env.HOME || homedir(), '.local', 'state');
}

function refuseLongSocketPaths(stateDir: StateDir): void {
  const longest = [stateDir.storeSocket, stateDir.hypervisorSocket, stateDir.daemonSocket]
    .map((path) => Buffer.byteLength(path))
    .reduce((left, right) => Math.max(left, right));
  const excess = longest - MAX_SOCKET_PATH_BYTES;
  if (excess <= 0) return;
  throw new ToolstackError(
    'EINVAL',
    `the path of the state directory is ${excess} bytes too long: its sockets would need ` +
      `${longest} bytes, and the path of a UNIX socket has at most ${MAX_SOCKET_PATH_BYTES}`,
    {
      where: stateDir.root,
      suggestions: ['Set DOMOVOI_STATE_DIR to a directory with a shorter path.'],
    },
  );
}
