import { existsSync, readdirSync, statSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { machineStatus, stopMachine } from '../../src/client/machine-control.js';
import { EmbeddedHypervisor } from '../../src/hypervisor/embedded/embedded-hypervisor.js';
import { XenbusState } from '../../src/model/index.js';
import { startMissing } from '../../src/runtime/services.js';
import type { StateDir } from '../../src/runtime/state-dir.js';
import { XenStoreClient } from '../../src/xenstore/client.js';
import {
  awaitState,
  DISK,
  frontPath,
  type Ground,
  home,
  LIMIT,
  startGuest,
} from './helpers/guest.js';
import { makeTemporaryStateDir, removeStateDir } from './helpers/machine.js';

let stateDir: StateDir;
beforeEach(() => {
  stateDir = makeTemporaryStateDir();
});
afterEach(async () => {
  await stopMachine(stateDir);
  removeStateDir(stateDir);
});

interface Running extends Ground {
  readonly hypervisor: EmbeddedHypervisor;
  readonly pid: number;
  disconnect(): Promise<void>;
}

async function run(): Promise<Running> {
  await startMissing(stateDir, ['machine']);
  const pid = (await machineStatus(stateDir))?.pid;
  if (pid === undefined) throw new Error('the machine does not run');
  const hypervisor = await EmbeddedHypervisor.connect(stateDir.hypervisorSocket);
  const store = await XenStoreClient.connect(stateDir.storeSocket);
  return {
    hypervisor,
    store,
    pid,
    async disconnect() {
      hypervisor.close();
      await store.close();
    },
  };
}

async function startThree(ground: Ground): Promise<void> {
  for (let started = 0; started < 3; started += 1) {
    const domid = await startGuest(ground, { devices: [DISK], cmdline: 'dirty_rate=5000' });
    await awaitState(ground.store, frontPath(domid, DISK), XenbusState.connected);
    await ground.store.waitFor(`${home(domid)}/console/tty`, (tty) => tty || undefined, LIMIT);
  }
}

/** All sockets below the state directory. */
function sockets(): string[] {
  return readdirSync(stateDir.root, { recursive: true, encoding: 'utf8' }).filter((path) => {
    const found = statSync(`${stateDir.root}/${path}`, { throwIfNoEntry: false });
    return found?.isSocket() === true;
  });
}

describe('the process of the machine', () => {
  test.each(['stop', 'SIGTERM', 'SIGINT'])('leaves no socket behind on %s', async (how) => {
    const ground = await run();
    await startThree(ground);
    expect(sockets()).toHaveLength(9);
    const lost = ground.hypervisor.lost;
    if (how === 'stop') await stopMachine(stateDir);
    else process.kill(ground.pid, how);
    await lost;
    await ground.disconnect();
    await awaitEnd(ground.pid);
    expect(sockets()).toEqual([]);
    expect(existsSync(`${stateDir.machineDir}/console`)).toBe(false);
  });

  test('comes back after kill -9: with its store, without its domains, and with new domids', async () => {
    const before = await run();
    await startThree(before);
    await before.store.write('/tool/kept', 'yes');
    process.kill(before.pid, 'SIGKILL');
    await before.hypervisor.lost;
    await before.disconnect();
    expect(sockets().length).toBeGreaterThan(0);

    const after = await run();
    expect(await after.store.readText('/tool/kept')).toBe('yes');
    expect(await after.store.exists(home(1))).toBe(true);
    expect(await after.hypervisor.domains()).toHaveLength(1);
    const domid = await startGuest(after, { devices: [DISK] });
    expect(domid).toBe(4);
    await awaitState(after.store, frontPath(domid, DISK), XenbusState.connected);
    await after.store.waitFor(`${home(domid)}/console/tty`, (tty) => tty || undefined, LIMIT);
    await after.disconnect();
  });

  test('does not start beside another in the same directory, and says why', async () => {
    const first = await run();
    const { startBackground } = await import('../../src/runtime/spawn.js');
    const second = startBackground({
      title: 'the embedded machine',
      file: new URL('../../dist/src/machine/main.js', import.meta.url).pathname,
      args: [],
      env: { DOMOVOI_STATE_DIR: stateDir.root },
      log: `${stateDir.root}/second.log`,
      timeoutMs: 20_000,
    });
    await expect(second).rejects.toMatchObject({ code: 'EBUSY' });
    expect((await first.hypervisor.hostInfo()).kind).toBe('embedded');
    await first.disconnect();
  });
});

/** Asks until a process has ended: this one was started detached, and nobody here is told. */
async function awaitEnd(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}
