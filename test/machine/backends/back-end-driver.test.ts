import { afterEach, expect, test } from 'vitest';
import { BackEndDevice } from '../../../src/machine/backends/back-end-driver.js';
import { vbdBackEnd } from '../../../src/machine/backends/vbd.js';
import { EventChannels } from '../../../src/machine/event-channels.js';
import { SimulatedHypervisor } from '../../../src/machine/simulated-hypervisor.js';
import { DOM0, domid } from '../../../src/model/index.js';
import { HOST_SIZE, startMachine, type TestMachine } from '../helpers/machine.js';

let ground: TestMachine;
afterEach(() => ground.close());

test('a guest that writes faster than its driver domain runs has no pile of work grow there', async () => {
  ground = await startMachine();
  let waiting = 0;
  const home = {
    domid: DOM0,
    events: new EventChannels(DOM0, () => undefined),
    store: ground.store,
    hypervisor: new SimulatedHypervisor(HOST_SIZE, { get: () => 1, set: () => undefined }),
    logger: { warn: () => undefined },
    whenRunnable: () => {
      waiting += 1;
      return Promise.resolve();
    },
  };
  const path = '/local/domain/0/backend/vbd/5/51712';
  const device = new BackEndDevice(vbdBackEnd, home, path, domid(5));
  for (let written = 0; written < 10_000; written += 1) device.poke();
  await ground.store.exists(path);
  await ground.store.exists(path);
  expect(waiting).toBe(1);
  device.poke();
  await ground.store.exists(path);
  expect(waiting).toBe(2);
  await device.remove();
});
