import { type DaemonStatus, ToolstackError } from '../model/index.js';
import type { StateDir } from '../runtime/state-dir.js';
import { apiClient } from './api-client.js';
import { wasNotReached } from './ensure.js';

/** As long as an operation may run before the daemon can end. */
const STOP_TIMEOUT_MS = 10 * 60_000;

/** Asks the daemon how it is; undefined when it does not run. */
export function daemonStatus(stateDir: StateDir): Promise<DaemonStatus | undefined> {
  return unlessAbsent(apiClient(stateDir.daemonSocket).ask('status'));
}

/** Ends the daemon and returns when it has ended. False when it did not run. */
export async function stopDaemon(stateDir: StateDir): Promise<boolean> {
  const asked = await unlessAbsent(
    apiClient(stateDir.daemonSocket)
      .stop()
      .then(() => true),
  );
  if (asked === undefined) return false;
  // The daemon has its lock as long as it lives.
  const { awaitRelease } = await import('../runtime/lock.js');
  if (awaitRelease(stateDir.daemonLock, { timeoutMs: STOP_TIMEOUT_MS })) return true;
  throw new ToolstackError('ETIMEDOUT', 'the daemon still finishes its operations', {
    where: stateDir.daemonLog,
    suggestions: ['It ends after them. `domovoi history` shows what it does.'],
  });
}

async function unlessAbsent<Reply>(reply: Promise<Reply>): Promise<Reply | undefined> {
  try {
    return await reply;
  } catch (thrown) {
    if (wasNotReached(thrown)) return undefined;
    throw thrown;
  }
}
