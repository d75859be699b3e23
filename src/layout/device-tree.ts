import type { Domid } from '../model/index.js';
import type { StoreView } from '../xenstore/client.js';
import { forgetDevice, pointToDevice } from './back-pointers.js';
import {
  backEndPath,
  type Device,
  type DeviceAddress,
  devicePath,
  frontEndPath,
} from './device.js';
import { deviceNodes } from './device-nodes.js';
import { references, uuidOfHome } from './incarnations.js';
import { nextVifIdPath, vmNamePath, vmReferencesPath } from './paths.js';
import { removeIfThere } from './remove.js';
import { writeNodes } from './write-nodes.js';

/*
 * A device's nodes at the moments of its life, as domain-tree.ts for a domain's.
 */

/**
 * Writes a new device of a domain whose tree stands: the toolstack's record and both halves, and
 * what readers of the old manual look for if the tree is for them too.
 */
export async function writeDevice(tx: StoreView, device: Device): Promise<void> {
  const { address } = device;
  const uuid = await uuidOfHome(tx, address.domid);
  if (uuid === undefined || !(await tx.exists(vmReferencesPath(uuid)))) {
    await writeNodes(tx, deviceNodes(device, 'xl'));
    return;
  }
  const [name, incarnations] = await Promise.all([
    tx.maybeRead(vmNamePath(uuid)),
    references(tx, uuid),
  ]);
  await writeNodes(tx, deviceNodes(device, 'both', name));
  if (device.type === 'vif') await countVif(tx, address);
  // One that comes in may have to go again: it is pointed to once it has the name.
  if (incarnations.length === 1) await pointToDevice(tx, uuid, address);
}

/** Removes a device's record, both halves, and what points to it. */
export async function removeDeviceNodes(tx: StoreView, address: DeviceAddress): Promise<void> {
  const uuid = await uuidOfHome(tx, address.domid);
  const paths = [devicePath(address), frontEndPath(address), backEndPath(address)];
  await Promise.all(paths.map((path) => removeIfThere(tx, path)));
  if (uuid !== undefined) await forgetDevice(tx, uuid, address);
}

async function countVif(tx: StoreView, { domid, id }: DeviceAddress): Promise<void> {
  const next = await nextVifId(tx, domid);
  if (id < next) return;
  await tx.write(nextVifIdPath(domid), String(id + 1));
}

/** The number that no network interface of the domain has had, where one is kept; else 0. */
async function nextVifId(view: StoreView, domid: Domid): Promise<number> {
  const text = (await view.maybeRead(nextVifIdPath(domid))) ?? '';
  return /^\d{1,9}$/.test(text) ? Number(text) : 0;
}
