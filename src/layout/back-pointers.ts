import type { Uuid } from '../model/index.js';
import type { StoreView } from '../xenstore/client.js';
import { backEndPath, type DeviceAddress, frontEndPath, vmDevicePath } from './device.js';
import { sharing } from './incarnations.js';
import { type KeyTable, keysOf, type Node, nodesOf } from './key.js';
import { vmDevicesPath, vmPath } from './paths.js';
import { pruneParents } from './prune.js';
import { removeIfThere } from './remove.js';
import { writeNodes } from './write-nodes.js';

const xend = keysOf<DeviceAddress>('incarnations-read', { source: 'xend', life: 'device' });

/**
 * `/vm/<uuid>/device/<class>/<id>`: from the domain to its devices. Of several incarnations on this
 * host it is that with the domain's name whose devices are meant.
 */
export const BACK_POINTERS: KeyTable<DeviceAddress> = [
  xend('', 'directory', 'a device of the domain', () => ''),
  xend('backend', 'path', 'its back end', backEndPath),
  xend('backend-id', 'domid', "the back end's domain", ({ backendDomid }) => String(backendDomid)),
  xend('frontend', 'path', 'its front end', frontEndPath),
  xend('frontend-id', 'domid', 'the guest', ({ domid }) => String(domid)),
];

/** Lets /vm/<uuid> point to a device. */
export async function pointToDevice(
  tx: StoreView,
  uuid: Uuid,
  address: DeviceAddress,
): Promise<void> {
  await writeNodes(tx, await pointers(tx, uuid, [address]));
}

/** Lets /vm/<uuid> point to these devices and no others. */
export async function pointToDevices(
  tx: StoreView,
  uuid: Uuid,
  addresses: readonly DeviceAddress[],
): Promise<void> {
  await removeIfThere(tx, vmDevicesPath(uuid));
  await writeNodes(tx, await pointers(tx, uuid, addresses));
}

/** Removes what points to a device that goes, and nothing that points to its successor. */
export async function forgetDevice(
  tx: StoreView,
  uuid: Uuid,
  address: DeviceAddress,
): Promise<void> {
  const path = vmDevicePath(uuid, address);
  if ((await tx.maybeRead(`${path}/frontend`)) !== frontEndPath(address)) return;
  await tx.remove(path);
  await pruneParents(tx, path, vmPath(uuid));
}

async function pointers(
  tx: StoreView,
  uuid: Uuid,
  addresses: readonly DeviceAddress[],
): Promise<Node[]> {
  const parties = await sharing(tx, uuid);
  return addresses.flatMap((address) =>
    nodesOf(BACK_POINTERS, vmDevicePath(uuid, address), address, parties),
  );
}
