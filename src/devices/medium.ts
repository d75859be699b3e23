import type { DiskConfig } from '../config/index.js';
import {
  backEndPath,
  type Device,
  type DeviceAddress,
  deviceNodes,
  devicePath,
} from '../layout/index.js';
import type { StoreView } from '../xenstore/client.js';

/** What a drive serves, as its back end and the toolstack's record have it. */
const MEDIUM = ['params', 'type'];

/** Puts a medium into a drive, within a transaction; QEMU sees the back end change. */
export async function changeMedium(
  tx: StoreView,
  address: DeviceAddress,
  disk: DiskConfig,
): Promise<void> {
  const device: Device = { type: 'disk', address, disk };
  const paths = [backEndPath(address), devicePath(address)].flatMap((root) =>
    MEDIUM.map((node) => `${root}/${node}`),
  );
  const nodes = deviceNodes(device).filter(({ path }) => paths.includes(path));
  await Promise.all(nodes.map(({ path, value }) => tx.write(path, value)));
}
