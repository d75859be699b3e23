import { join } from 'node:path';
import type { JsonObject } from '../model/index.js';
import { PACKAGE_DIR } from './package-dir.js';
import { isListening } from './running.js';
import { makeStateDir, type StateDir } from './state-dir.js';

const START_TIMEOUT_MS = 30_000;
/** Whoever is before us may start both a machine and a daemon. */
const START_LOCK_TIMEOUT_MS = 3 * START_TIMEOUT_MS;

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
  const [{ acquireLock }, { startBackground }] = await Promise.all([
    import('./lock.js'),
    import('./spawn.js'),
  ]);
  const lock = acquireLock(stateDir.startLock, { timeoutMs: START_LOCK_TIMEOUT_MS });
  try {
    const started: ServiceName[] = [];
    for (const service of services) {
      if (await isRunning(stateDir, service)) continue;
      await start(service);
      started.push(service);
    }
    return { started };
  } finally {
    lock.release();
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

function logOf(stateDir: StateDir, service: ServiceName): string {
  return service === 'machine' ? stateDir.machineLog : stateDir.daemonLog;
}
