import { setImmediate as turn } from 'node:timers/promises';
import { queryObjects } from 'node:v8';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BackEndDevice } from '../../src/machine/backends/back-end-driver.js';
import { Console } from '../../src/machine/backends/console-server.js';
import { MachineDomain } from '../../src/machine/domain.js';
import { FrontEnd } from '../../src/machine/guest/front-end.js';
import { Guest } from '../../src/machine/guest/guest.js';
import { XenbusState } from '../../src/model/index.js';
import { XenStoreClient } from '../../src/xenstore/client.js';
import {
  awaitGone,
  awaitState,
  connectRings,
  DISK,
  destroyGuest,
  frontPath,
  NIC,
  startGuest,
} from './helpers/guest.js';
import { startMachine, type TestMachine } from './helpers/machine.js';

/** DOMOVOI_CYCLES says otherwise. */
const CYCLES = Number(process.env.DOMOVOI_CYCLES ?? 100);
const WARM_UP = 20;
/** Far fewer than the cycles. */
const FEW = 10;
const KINDS = [MachineDomain, Guest, FrontEnd, BackEndDevice, Console, XenStoreClient];

let ground: TestMachine;
beforeEach(async () => {
  ground = await startMachine();
});
afterEach(() => ground.close());

const SCREEN = { kind: 'vfb', id: 0 } as const;
const CMDLINES = [
  'dirty_rate=2000',
  'exit=reboot@100000000',
  'hostile=watches,values no_front=vif',
  'refuse_detach=vbd disconnect=100000000',
  'backends=vbd,vif slow=100000000',
];

/** One life of a guest: it comes up, is paused, killed or reset, and goes. */
async function cycle(number: number): Promise<void> {
  const { hypervisor, store } = ground;
  const cmdline = CMDLINES[number % CMDLINES.length] ?? '';
  const domid = await startGuest(ground, { cmdline, devices: [DISK, NIC, SCREEN] });
  if (number % 2 === 0 && !cmdline.includes('hostile')) {
    await awaitState(store, frontPath(domid, DISK), XenbusState.connected);
  }
  if (number % 3 === 0) await hypervisor.pauseDomain(domid);
  if (number % 7 === 0) {
    await hypervisor.shutdownDomain(domid, 'soft-reset');
    const { ports, rings } = await hypervisor.softReset(domid);
    await store.resume(domid);
    await connectRings(store, domid, ports, rings);
    await hypervisor.unpauseDomain(domid);
  }
  await destroyGuest(ground, domid);
  await store.remove(`/local/domain/0/backend/vfb/${domid}`);
  await awaitGone(hypervisor, domid);
}

/** What is left of all that was, once everything that was under way has ended. */
async function remains(): Promise<unknown> {
  for (let count = 0; count < 50; count += 1) await turn();
  const { hypervisor, store } = ground;
  const resources = process.getActiveResourcesInfo();
  return {
    host: await hypervisor.hostInfo(),
    store: (await store.control('dump')).replace(/generation.*\n/, ''),
    resources: resources.filter((name) => name !== 'Immediate').sort(),
  };
}

test('domains come and go by the hundred, and nothing of them stays', async () => {
  for (let number = 0; number < WARM_UP; number += 1) await cycle(number);
  const before = await remains();
  for (let number = 0; number < CYCLES; number += 1) await cycle(number);
  expect(await remains()).toEqual(before);
  // The last ones may not have been let go of by whoever saw them off.
  for (const kind of KINDS) expect(queryObjects(kind), kind.name).toBeLessThan(FEW);
}, 600_000);
