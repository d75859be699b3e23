import type { Domid } from '../model/index.js';
import type { StoreView } from '../xenstore/client.js';
import { type DeviceAddress, devicePath, parseBackEndPath } from './device.js';
import { devicesPath } from './paths.js';

/** The devices that a domain has, by the toolstack's own record of them. */
export async function recordedDevices(view: StoreView, domid: Domid): Promise<DeviceAddress[]> {
  const root = devicesPath(domid);
  const kinds = (await view.maybeList(root)) ?? [];
  const found = await Promise.all(
    kinds.map(async (kind) => {
      const ids = (await view.maybeList(`${root}/${kind}`)) ?? [];
      return Promise.all(ids.map((id) => recordedAt(view, `${root}/${kind}/${id}`)));
    }),
  );
  return found.flat(2);
}

/** A record that does not stand where it belongs is not one of ours. */
async function recordedAt(view: StoreView, path: string): Promise<DeviceAddress[]> {
  const address = parseBackEndPath((await view.maybeRead(`${path}/backend`)) ?? '');
  return address !== undefined && devicePath(address) === path ? [address] : [];
}
