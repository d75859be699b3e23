import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { XenbusState } from '../../src/model/index.js';
import { isXenStoreError } from '../../src/xenstore/errors.js';
import {
  awaitGone,
  awaitState,
  backPath,
  DISK,
  frontPath,
  home,
  NIC,
  plugIn,
  removeTree,
  startGuest,
} from './helpers/guest.js';
import { startMachine, type TestMachine } from './helpers/machine.js';

let ground: TestMachine;
const unhandled: unknown[] = [];
const note = (reason: unknown): void => {
  unhandled.push(reason);
};
beforeEach(async () => {
  unhandled.length = 0;
  process.on('unhandledRejection', note);
  ground = await startMachine();
});
afterEach(async () => {
  await ground.close();
  process.off('unhandledRejection', note);
});

/** Lets the machine do so many turns of its event loop. */
async function turns(count: number): Promise<void> {
  for (let done = 0; done < count; done += 1) await turn();
}

type Act = 'destroy' | 'crash' | 'pause' | 'suspend' | 'release' | 'remove-tree' | 'replug';

async function perform(act: Act, domid: Awaited<ReturnType<typeof startGuest>>): Promise<void> {
  const { hypervisor, store } = ground;
  switch (act) {
    case 'destroy':
      return hypervisor.destroyDomain(domid);
    case 'crash':
      return hypervisor.shutdownDomain(domid, 'crash');
    case 'pause':
      return hypervisor.pauseDomain(domid);
    case 'suspend':
      return store.write(`${home(domid)}/control/shutdown`, 'suspend');
    case 'release':
      return store.release(domid);
    case 'remove-tree':
      return removeTree(store, domid);
    case 'replug':
      return plugIn(store, domid, DISK);
  }
}

test('guests may go at any moment of their lives: nothing breaks, nothing stays', async () => {
  const act = fc.record({
    act: fc.constantFrom<Act>(
      ...(['destroy', 'crash', 'pause', 'suspend', 'release', 'remove-tree', 'replug'] as const),
    ),
    after: fc.nat(40),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(act, { maxLength: 3 }), { minLength: 1, maxLength: 6 }),
      async (lives) => {
        const { hypervisor, store } = ground;
        const free = (await hypervisor.hostInfo()).freeMemoryKib;
        await Promise.all(
          lives.map(async (life) => {
            const domid = await startGuest(ground, { devices: [DISK, NIC] });
            for (const { act: what, after } of life) {
              await turns(after);
              try {
                await perform(what, domid);
              } catch (error) {
                // Released or removed twice.
                if (!isXenStoreError(error)) {
                  expect(error).toMatchObject({ code: 'ESRCH' });
                }
              }
            }
            await hypervisor.destroyDomain(domid);
            await removeTree(store, domid);
            await awaitGone(hypervisor, domid);
          }),
        );
        expect((await hypervisor.hostInfo()).freeMemoryKib).toBe(free);
        expect(await hypervisor.domains()).toHaveLength(1);
      },
    ),
    { numRuns: 60 },
  );
  const last = await startGuest(ground, { devices: [DISK, NIC] });
  await awaitState(ground.store, frontPath(last, DISK), XenbusState.connected);
  await awaitState(ground.store, backPath(last, NIC), XenbusState.connected);
  await turns(10);
  expect(unhandled).toEqual([]);
});

test('the machine may go down at any moment, and says nothing of it', async () => {
  for (let moment = 0; moment < 8; moment += 1) {
    const machine = await startMachine();
    for (let started = 0; started < 4; started += 1) {
      await startGuest(machine, { devices: [DISK, NIC], cmdline: 'dirty_rate=5000' });
    }
    await turns(moment * 5);
    await machine.close();
    await turns(10);
    expect(machine.warnings).toEqual([]);
  }
  expect(unhandled).toEqual([]);
});
