import { DOM0, type Domid, parseDomid, parseUuid, type Uuid } from '../model/index.js';
import type { StoreView } from '../xenstore/client.js';
import { type Layout, type Node, nodesOf, type Parties, permissionsFor } from './key.js';
import { DOMAINS, VMS, vmPath, vmPointerPath, vmReferencesPath } from './paths.js';
import { removeIfThere } from './remove.js';
import { VM_REFERENCE } from './vm-keys.js';
import { writeNodes } from './write-nodes.js';

/*
 * Who uses /vm/<uuid>: it must outlive each incarnation of a domain but the last. In a tree for
 * xl's readers alone nobody says so, and all homes are asked.
 */

/** The incarnations that hold on to /vm/<uuid> on this host. */
export async function references(view: StoreView, uuid: Uuid): Promise<Domid[]> {
  const names = await view.maybeList(vmReferencesPath(uuid));
  if (names !== undefined) return names.flatMap((name) => parseDomid(name) ?? []);
  return (await view.exists(vmPath(uuid))) ? homesNaming(view, uuid) : [];
}

/** Whether /vm/<uuid> is for readers of the old manual as well. */
export async function layoutOfVm(view: StoreView, uuid: Uuid): Promise<Layout> {
  return (await view.exists(vmReferencesPath(uuid))) ? 'both' : 'xl';
}

/** The UUID of the domain whose home it is, by the path that it names. */
export async function uuidOfHome(view: StoreView, domid: Domid): Promise<Uuid | undefined> {
  const vm = (await view.maybeRead(vmPointerPath(domid))) ?? '';
  const uuid = parseUuid(vm.slice(VMS.length + 1));
  return uuid !== undefined && vm === vmPath(uuid) ? uuid : undefined;
}

async function homesNaming(view: StoreView, uuid: Uuid): Promise<Domid[]> {
  const domids = ((await view.maybeList(DOMAINS)) ?? []).flatMap((name) => parseDomid(name) ?? []);
  const uuids = await Promise.all(domids.map((domid) => uuidOfHome(view, domid)));
  return domids.filter((_, index) => uuids[index] === uuid);
}

export async function addReference(
  tx: StoreView,
  uuid: Uuid,
  domid: Domid,
  layout: Layout,
): Promise<void> {
  const incarnations = [...new Set([...(await references(tx, uuid)), domid])];
  const parties = { ...partiesOf(domid), incarnations };
  if (incarnations.length > 1) await share(tx, uuid, parties);
  else await writeNodes(tx, [vmRoot(uuid, parties)]);
  await writeNodes(tx, nodesOf(VM_REFERENCE, vmPath(uuid), { domid }, parties, layout));
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

/** Whose permissions what is written below /vm/<uuid> gets. */
export async function sharing(tx: StoreView, uuid: Uuid): Promise<Parties> {
  return { ...partiesOf(DOM0), incarnations: await references(tx, uuid) };
}

export function partiesOf(domid: Domid): Parties {
  return { domid, backendDomid: DOM0, incarnations: [domid] };
}

function vmRoot(uuid: Uuid, parties: Parties): Node {
  const permissions = permissionsFor('incarnations-read', parties);
  return { path: vmPath(uuid), value: '', permissions };
}
