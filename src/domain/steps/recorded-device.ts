import { listDevices } from '../../devices/index.js';
import { type DeviceAddress, isDisk } from '../../layout/index.js';
import type { JsonObject } from '../../model/index.js';
import type { Host } from '../host.js';
import { isStillThere } from '../listing.js';
import { deviceConfigIn, domidIn, uuidIn } from '../step-state.js';

/** Where the device of an operation is by the toolstack's record; undefined when it is nowhere. */
export async function recordedDevice(
  host: Host,
  state: JsonObject,
): Promise<DeviceAddress | undefined> {
  const domid = domidIn(state, 'domid');
  // Numbers come round again: another domain's devices are none of ours.
  if (!(await isStillThere(host, domid, uuidIn(state)))) return undefined;
  const config = deviceConfigIn(state);
  const devid = config.type === 'disk' ? config.disk.devid : config.vif.devid;
  const devices = await listDevices(host.store, domid);
  return devices.find(
    (device) =>
      device.id === devid && (config.type === 'disk' ? isDisk(device) : device.kind === 'vif'),
  );
}
