import { HypercallConnection } from '../hypervisor/embedded/connection.js';
import { type MachineStatus, ToolstackError } from '../model/index.js';
import { isNobodyListening } from '../runtime/running.js';
import type { StateDir } from '../runtime/state-dir.js';

const ANSWER_MS = 10_000;

/** Asks the embedded machine how it is; undefined when it does not run. */
export async function machineStatus(stateDir: StateDir): Promise<MachineStatus | undefined> {
  const machine = await reach(stateDir);
  if (machine === undefined) return undefined;
  try {
    return (await inTime(machine.call('status', {}), stateDir, 'does not answer')).result;
  } finally {
    machine.close();
  }
}

/**
 * Ends the embedded machine and all domains in it, and returns when it has ended. False when it
 * did not run.
 */
export async function stopMachine(stateDir: StateDir): Promise<boolean> {
  const machine = await reach(stateDir);
  if (machine === undefined) return false;
  try {
    await inTime(machine.call('stop', {}), stateDir, 'does not answer');
    await inTime(machine.lost, stateDir, 'said that it stops, and did not');
  } finally {
    machine.close();
  }
  await awaitEnd(stateDir);
  return true;
}

async function reach(stateDir: StateDir): Promise<HypercallConnection | undefined> {
  try {
    return await HypercallConnection.connect(stateDir.hypervisorSocket);
  } catch (thrown) {
    if (thrown instanceof ToolstackError && isNobodyListening(thrown.cause)) return undefined;
    throw thrown;
  }
}

/** The machine has its database locked as long as it lives, and that is longer than it listens. */
async function awaitEnd(stateDir: StateDir): Promise<void> {
  const { awaitRelease } = await import('../runtime/lock.js');
  if (!awaitRelease(stateDir.machineDatabase, { timeoutMs: ANSWER_MS })) {
    throw late(stateDir, 'said that it stops, and did not');
  }
}

async function inTime<T>(answer: Promise<T>, stateDir: StateDir, otherwise: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late(stateDir, otherwise)), ANSWER_MS);
  });
  try {
    return await Promise.race([answer, limit]);
  } finally {
    clearTimeout(timer);
  }
}

function late(stateDir: StateDir, what: string): ToolstackError {
  return new ToolstackError('ETIMEDOUT', `the machine ${what}`, {
    where: stateDir.hypervisorSocket,
    suggestions: [`Read its log: ${stateDir.machineLog}`],
  });
}
