import { devicesFromConfig, removeDevice } from '../../src/devices/index.js';
import {
  backEndPath,
  type CompleteConfig,
  consoleDevice,
  type Device,
  LIBXL,
  pruneEmpty,
  removeDomainTree,
  VMS,
  writeConsoleRing,
  writeDetails,
  writeDevice,
  writeRings,
  writeSkeleton,
  writeVm,
} from '../../src/layout/index.js';
import { DOM0, type Domid, XenbusState } from '../../src/model/index.js';
import type { XenStoreClient } from '../../src/xenstore/client.js';

export const START_TIME = '1795000000.25';
const LIMITS = { backendMs: 10_000, hotplugMs: 10_000, consoleMs: 10_000 };

export interface Incarnation {
  readonly domid: Domid;
  readonly config: CompleteConfig;
  readonly devices: readonly Device[];
}

/** Writes all that the toolstack writes of a domain before anybody else does. */
export async function setUp(
  store: XenStoreClient,
  domid: Domid,
  config: CompleteConfig,
  first: boolean,
): Promise<Incarnation> {
  const facts = { domid, config, name: config.name };
  await store.transaction((tx) => writeSkeleton(tx, facts, first));
  await store.transaction(async (tx) => {
    await writeDetails(tx, { ...facts, storePort: 1 });
    if (first) await writeVm(tx, { config, startTime: START_TIME });
  });
  const fromConfig = await devicesFromConfig(config, domid, () => Promise.resolve(DOM0));
  const devices = [...fromConfig, consoleDevice(domid, 2)];
  await store.transaction(async (tx) => {
    for (const device of devices) await writeDevice(tx, device);
  });
  await store.transaction(async (tx) => {
    await writeRings(tx, { ...facts, storeFrame: '519169' });
    await writeConsoleRing(tx, domid, '519170');
  });
  return { domid, config, devices };
}

/** Removes it all, with back ends that have closed already. */
export async function tearDown(store: XenStoreClient, incarnation: Incarnation): Promise<void> {
  const { domid, config, devices } = incarnation;
  for (const { address } of devices) {
    await store.write(`${backEndPath(address)}/state`, String(XenbusState.closed));
    await removeDevice({ store, limits: LIMITS }, address);
  }
  await store.transaction(async (tx) => {
    await removeDomainTree(tx, domid, config.uuid);
    await pruneEmpty(tx, VMS, '');
    await pruneEmpty(tx, LIBXL, '');
  });
}
