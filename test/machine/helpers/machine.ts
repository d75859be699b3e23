import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { EmbeddedHypervisor } from '../../../src/hypervisor/embedded/embedded-hypervisor.js';
import { Machine } from '../../../src/machine/machine.js';
import { kib } from '../../../src/model/index.js';
import { makeStateDir, type StateDir, stateDirAt } from '../../../src/runtime/state-dir.js';
import { XenStoreClient } from '../../../src/xenstore/client.js';

export const HOST_SIZE = { totalMemoryKib: kib(4 * 1024 * 1024), cpus: 2 };

/** A machine in this process, in a temporary state directory, and connections to it. */
export interface TestMachine {
  readonly stateDir: StateDir;
  readonly machine: Machine;
  readonly hypervisor: EmbeddedHypervisor;
  readonly store: XenStoreClient;
  /** What it has logged as a warning or worse. */
  readonly warnings: readonly Record<string, unknown>[];
  /** Switches it off and removes its directory. */
  close(): Promise<void>;
}

export function makeTemporaryStateDir(): StateDir {
  const stateDir = stateDirAt(mkdtempSync(join(tmpdir(), 'dm-')));
  makeStateDir(stateDir);
  return stateDir;
}

export function removeStateDir(stateDir: StateDir): void {
  rmSync(stateDir.root, { recursive: true, force: true });
}

export async function startMachine(stateDir = makeTemporaryStateDir()): Promise<TestMachine> {
  const warnings: Record<string, unknown>[] = [];
  const logger = pino({ level: 'warn' }, { write: (line) => warnings.push(JSON.parse(line)) });
  const machine: Machine = new Machine(stateDir, HOST_SIZE, logger, () => {
    void machine.close();
  });
  await machine.start();
  const hypervisor = await EmbeddedHypervisor.connect(stateDir.hypervisorSocket);
  const store = await XenStoreClient.connect(stateDir.storeSocket);
  return {
    stateDir,
    machine,
    hypervisor,
    store,
    warnings,
    async close() {
      hypervisor.close();
      await store.close();
      await machine.close();
      removeStateDir(stateDir);
    },
  };
}
