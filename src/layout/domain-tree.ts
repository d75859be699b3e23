import type { Domid, Uuid } from '../model/index.js';
import type { StoreView } from '../xenstore/client.js';
import { pointToDevices } from './back-pointers.js';
import { backEndPath, type DeviceAddress } from './device.js';
import { DETAILS, RINGS, SKELETON } from './domain-keys.js';
import {
  type DetailFacts,
  layoutOf,
  type RingFacts,
  type SkeletonFacts,
  type VmFacts,
} from './facts.js';
import { addReference, dropReference, layoutOfVm, partiesOf, sharing } from './incarnations.js';
import { nodesOf, permissionsFor } from './key.js';
import { LIBXL_SKELETON } from './libxl-keys.js';
import { MANUAL } from './manual-keys.js';
import {
  consoleRingPath,
  consoleTtyPath,
  deviceModelPath,
  homePath,
  libxlPath,
  namePath,
  runningPath,
  vmNamePath,
  vmPath,
} from './paths.js';
import { recordedDevices } from './recorded-devices.js';
import { removeIfThere } from './remove.js';
import { VM } from './vm-keys.js';
import { writeNodes } from './write-nodes.js';

/*
 * A domain's tree at the moments of its life. Each function is the body of one transaction, or a
 * part of it, and may run again after a collision.
 */

/**
 * Makes the tree of a new incarnation, and its reference below /vm/<uuid>.
 * @param first whether no other incarnation of the domain is on this host
 */
export async function writeSkeleton(
  tx: StoreView,
  facts: SkeletonFacts,
  first: boolean,
): Promise<void> {
  const { domid, config } = facts;
  const alone = partiesOf(domid);
  const layout = layoutOf(config);
  // What another toolstack may have left behind for the same number or UUID.
  await Promise.all([
    removeIfThere(tx, homePath(domid)),
    removeIfThere(tx, libxlPath(domid)),
    ...(first ? [removeIfThere(tx, vmPath(config.uuid))] : []),
  ]);
  await writeNodes(tx, [
    ...nodesOf(SKELETON, homePath(domid), facts, alone, layout),
    ...nodesOf(LIBXL_SKELETON, libxlPath(domid), facts, alone, layout),
  ]);
  await addReference(tx, config.uuid, domid, layout);
}

/** Writes what is true of the domain whatever its domid; for its first incarnation on this host. */
export async function writeVm(tx: StoreView, facts: VmFacts): Promise<void> {
  const { config } = facts;
  const parties = await sharing(tx, config.uuid);
  await writeNodes(tx, nodesOf(VM, vmPath(config.uuid), facts, parties, layoutOf(config)));
}

export async function writeDetails(tx: StoreView, facts: DetailFacts): Promise<void> {
  const { domid, config } = facts;
  const nodes = nodesOf(
    [...DETAILS, ...MANUAL],
    homePath(domid),
    facts,
    partiesOf(domid),
    layoutOf(config),
  );
  await writeNodes(tx, nodes);
}

export async function writeRings(tx: StoreView, facts: RingFacts): Promise<void> {
  await writeNodes(tx, nodesOf(RINGS, homePath(facts.domid), facts, partiesOf(facts.domid)));
}

/** Tells the guest's console page, where its memory came after its console. */
export async function writeConsoleRing(
  tx: StoreView,
  domid: Domid,
  consoleFrame: string,
): Promise<void> {
  const node = { path: consoleRingPath(domid), value: consoleFrame };
  const parties = partiesOf(domid);
  await writeNodes(tx, [{ ...node, permissions: permissionsFor('back-end', parties) }]);
}

/** Tells where the guest's console is to be found, where nobody else will: after a soft reset. */
export async function writeConsoleTty(tx: StoreView, domid: Domid, tty: string): Promise<void> {
  const permissions = permissionsFor('back-end', partiesOf(domid));
  await writeNodes(tx, [{ path: consoleTtyPath(domid), value: tty, permissions }]);
}

/**
 * Gives an incarnation its name.
 * @param vm given for the one that is to be found by the name: `/vm/<uuid>` is for it from now on
 */
export async function writeName(
  tx: StoreView,
  domid: Domid,
  name: string,
  vm?: Uuid,
): Promise<void> {
  await tx.write(namePath(domid), name);
  if (vm === undefined) return;
  await tx.write(vmNamePath(vm), name);
  if ((await layoutOfVm(tx, vm)) === 'xl') return;
  const devices = await recordedDevices(tx, domid);
  await Promise.all(devices.map((device) => writeDomainName(tx, device, name)));
  await pointToDevices(tx, vm, devices);
}

async function writeDomainName(tx: StoreView, device: DeviceAddress, name: string): Promise<void> {
  const path = `${backEndPath(device)}/domain`;
  if (await tx.exists(path)) await tx.write(path, name);
}

/** Notes that the toolstack lets a domain run, or not, for those who look for it. */
export async function noteRunning(tx: StoreView, domid: Domid, running: boolean): Promise<void> {
  const path = runningPath(domid);
  if (await tx.exists(path)) await tx.write(path, running ? '1' : '0');
}

/**
 * Removes an incarnation's tree and its reference; the last to leave removes /vm/<uuid>. The nodes
 * of its back ends go with its devices, not here.
 */
export async function removeDomainTree(tx: StoreView, domid: Domid, uuid: Uuid): Promise<void> {
  await Promise.all([
    removeIfThere(tx, homePath(domid)),
    removeIfThere(tx, libxlPath(domid)),
    removeIfThere(tx, deviceModelPath(domid)),
  ]);
  await dropReference(tx, uuid, domid);
}
