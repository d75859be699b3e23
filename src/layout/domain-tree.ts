import { DOM0, type Domid, parseDomid, type Uuid } from '../model/index.js';
import type { StoreView } from '../xenstore/client.js';
import { DETAILS, LIBXL_SKELETON, RINGS, SKELETON } from './domain-keys.js';
import type { DetailFacts, RingFacts, SkeletonFacts, VmFacts } from './facts.js';
import { type Node, nodesOf, type Parties, permissionsFor } from './key.js';
import {
  consoleRingPath,
  deviceModelPath,
  homePath,
  libxlPath,
  namePath,
  vmPath,
  vmReferencesPath,
} from './paths.js';
import { removeIfThere } from './remove.js';
import { VM, VM_REFERENCE } from './vm-keys.js';
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
  // What another toolstack may have left behind for the same number or UUID.
  await Promise.all([
    removeIfThere(tx, homePath(domid)),
    removeIfThere(tx, libxlPath(domid)),
    ...(first ? [removeIfThere(tx, vmPath(config.uuid))] : []),
  ]);
  await writeNodes(tx, [
    ...nodesOf(SKELETON, homePath(domid), facts, alone),
    ...nodesOf(LIBXL_SKELETON, libxlPath(domid), facts, alone),
  ]);
  await addReference(tx, config.uuid, domid);
}

/** Writes what is true of the domain whatever its domid; for its first incarnation on this host. */
export async function writeVm(tx: StoreView, facts: VmFacts): Promise<void> {
  const { uuid } = facts.config;
  await writeNodes(tx, nodesOf(VM, vmPath(uuid), facts, await sharing(tx, uuid)));
}

export async function writeDetails(tx: StoreView, facts: DetailFacts): Promise<void> {
  await writeNodes(tx, nodesOf(DETAILS, homePath(facts.domid), facts, partiesOf(facts.domid)));
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

/** Gives an incarnation its name; the one that is to be found by it also names /vm/<uuid>. */
export async function writeName(
  tx: StoreView,
  domid: Domid,
  name: string,
  vm?: Uuid,
): Promise<void> {
  await Promise.all([
    tx.write(namePath(domid), name),
    ...(vm === undefined ? [] : [tx.write(`${vmPath(vm)}/name`, name)]),
  ]);
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

/** The incarnations that hold on to /vm/<uuid> on this host. */
export async function references(view: StoreView, uuid: Uuid): Promise<Domid[]> {
  const names = (await view.maybeList(vmReferencesPath(uuid))) ?? [];
  return names.map(parseDomid).filter((domid) => domid !== undefined);
}

async function addReference(tx: StoreView, uuid: Uuid, domid: Domid): Promise<void> {
  const incarnations = [...new Set([...(await references(tx, uuid)), domid])];
  const parties = { ...partiesOf(domid), incarnations };
  if (incarnations.length > 1) await share(tx, uuid, parties);
  else await writeNodes(tx, [vmRoot(uuid, parties)]);
  await writeNodes(tx, nodesOf(VM_REFERENCE, vmPath(uuid), { domid }, parties));
}

/** Takes an incarnation's reference away; the last to leave removes /vm/<uuid>. */
export async function dropReference(tx: StoreView, uuid: Uuid, domid: Domid): Promise<void> {
  const remaining = (await references(tx, uuid)).filter((other) => other !== domid);
  if (remaining.length === 0) {
    await removeIfThere(tx, vmPath(uuid));
    return;
  }
  await removeIfThere(tx, `${vmReferencesPath(uuid)}/${domid}`);
  await share(tx, uuid, { ...partiesOf(domid), incarnations: remaining });
}

/** Lets exactly these incarnations read everything below /vm/<uuid>. */
async function share(tx: StoreView, uuid: Uuid, parties: Parties): Promise<void> {
  const permissions = permissionsFor('incarnations-read', parties);
  const visit = async (path: string): Promise<void> => {
    await tx.setPermissions(path, permissions);
    const children = await tx.list(path);
    await Promise.all(children.map((child) => visit(`${path}/${child}`)));
  };
  await visit(vmPath(uuid));
}

async function sharing(tx: StoreView, uuid: Uuid): Promise<Parties> {
  const incarnations = await references(tx, uuid);
  return { domid: DOM0, backendDomid: DOM0, incarnations };
}

function vmRoot(uuid: Uuid, parties: Parties): Node {
  const permissions = permissionsFor('incarnations-read', parties);
  return { path: vmPath(uuid), value: '', permissions };
}

function partiesOf(domid: Domid): Parties {
  return { domid, backendDomid: DOM0, incarnations: [domid] };
}
