import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type JsonObject, ToolstackError } from '../model/index.js';
import { PACKAGE_DIR } from './package-dir.js';
import { isListening } from './running.js';
import { makeStateDir, type StateDir } from './state-dir.js';

const START_TIMEOUT_MS = 30_000;
/** Whoever is before us may wait for both a machine and a daemon, and then start them. */
const START_LOCK_TIMEOUT_MS = 5 * START_TIMEOUT_MS;
const LOOK_EVERY_MS = 20;

export type ServiceName = 'machine' | 'daemon';

/** How large a new machine is; what is left out, the machine decides. */
export interface MachineSize {
  readonly memoryMib?: number;
  readonly cpus?: number;
}

export interface StartResult {
  /** The services that were not running and now are, in the order of their start. */
  readonly started: readonly ServiceName[];
}

/** For sentences. */
export const SERVICE_TITLES: Readonly<Record<ServiceName, string>> = {
  machine: 'the embedded machine',
  daemon: 'the toolstack daemon',
};

function isRunning(stateDir: StateDir, service: ServiceName): Promise<boolean> {
  return isListening(socketOf(stateDir, service));
}

/**
 * Starts those of `services` that do not run, in the order given. Several processes may ask at
 * once: one of them starts, the others find it started.
 * @throws ToolstackError what kept a service from starting; EBUSY
 */
export async function startMissing(
  stateDir: StateDir,
  services: readonly ServiceName[],
  size: MachineSize = {},
): Promise<StartResult> {
  makeStateDir(stateDir);
  // Loaded here because most command lines find everything running and need neither.
  const [{ acquireLock, awaitRelease }, { startBackground }] = await Promise.all([
    import('./lock.js'),
    import('./spawn.js'),
  ]);
  const lock = acquireLock(stateDir.startLock, { timeoutMs: START_LOCK_TIMEOUT_MS });
  try {
    const started: ServiceName[] = [];
    for (const service of services) {
      if (await isRunning(stateDir, service)) continue;
      if (await startUnlessThere(service)) started.push(service);
    }
    return { started };
  } finally {
    lock.release();
  }

  /**
   * One that is there and does not listen is about to, its starter having been killed, or about to
   * be gone, having been killed itself. @returns false when it did not have to be started
   */
  async function startUnlessThere(service: ServiceName): Promise<boolean> {
    const giveUpAt = Date.now() + START_TIMEOUT_MS;
    for (;;) {
      try {
        await start(service);
        return true;
      } catch (thrown) {
        const isThere = thrown instanceof ToolstackError && thrown.code === 'EBUSY';
        if (!isThere || Date.now() > giveUpAt) throw thrown;
      }
      while (Date.now() < giveUpAt && !awaitRelease(lockOf(stateDir, service), { timeoutMs: 0 })) {
        if (await isRunning(stateDir, service)) return false;
        await delay(LOOK_EVERY_MS);
      }
    }
  }

  function start(service: ServiceName): Promise<JsonObject> {
    return startBackground({
      title: SERVICE_TITLES[service],
      file: programOf(service),
      args: service === 'machine' ? sizeArguments(size) : [],
      env: { DOMOVOI_STATE_DIR: stateDir.root },
      log: logOf(stateDir, service),
      timeoutMs: START_TIMEOUT_MS,
    });
  }
}

function sizeArguments({ memoryMib, cpus }: MachineSize): string[] {
  return [
    ...(memoryMib === undefined ? [] : ['--memory', String(memoryMib)]),
    ...(cpus === undefined ? [] : ['--cpus', String(cpus)]),
  ];
}

function programOf(service: ServiceName): string {
  return join(PACKAGE_DIR, 'dist', 'src', service, 'main.js');
}

function socketOf(stateDir: StateDir, service: ServiceName): string {
  return service === 'machine' ? stateDir.hypervisorSocket : stateDir.daemonSocket;
}

/** What a service holds as long as it lives. */
function lockOf(stateDir: StateDir, service: ServiceName): string {
  return service === 'machine' ? stateDir.machineDatabase : stateDir.daemonLock;
}

function logOf(stateDir: StateDir, service: ServiceName): string {
  return service === 'machine' ? stateDir.machineLog : stateDir.daemonLog;
}
