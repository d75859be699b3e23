import {
  awaitBackEnd,
  diskDevice,
  removeDevice,
  vifDevice,
  writeDevices,
} from '../../devices/index.js';
import { type Device, devicePath } from '../../layout/index.js';
import { type JsonObject, ToolstackError } from '../../model/index.js';
import type { StepHandler } from '../../operations/index.js';
import type { Host } from '../host.js';
import { findBackendDomain, requireThere } from '../listing.js';
import { deviceName } from '../plans/devices.js';
import { isKept, keepDevice } from '../saved-devices.js';
import { deviceConfigIn, domainTypeIn, domidIn, textIn, uuidIn } from '../step-state.js';
import { recordedDevice } from './recorded-device.js';

/*
 * Steps that give a running domain a device.
 */

/** Refuses a number that a device of the domain has already. */
export function checkDevice(host: Host): StepHandler {
  return {
    async do({ state }) {
      const domid = domidIn(state, 'domid');
      await requireThere(host, domid, uuidIn(state));
      const { address } = await deviceIn(host, state);
      if (!(await host.store.exists(devicePath(address)))) return;
      const name = deviceName(deviceConfigIn(state));
      const message = `device already exists in xenstore: ${name} of ${textIn(state, 'name')}`;
      throw new ToolstackError('EEXIST', message, {
        where: devicePath(address),
        suggestions: ['Detach it first, or choose another number.'],
      });
    },
  };
}

/** Both halves of the device, and the toolstack's record of it, in one transaction. */
export function addDeviceStep(host: Host): StepHandler {
  return {
    async do({ state }) {
      const device = await deviceIn(host, state);
      await host.store.transaction((tx) => writeDevices(tx, [device]));
    },
    async undo({ state, signal }) {
      // Not from the config: its driver domain may be gone by now.
      const address = await recordedDevice(host, state);
      if (address !== undefined) await removeDevice(host, address, signal);
    },
  };
}

/** As in xl, what the guest does with the device is its own business. */
export function awaitBackEndStep(host: Host): StepHandler {
  return {
    waits: true,
    async do({ state, signal }) {
      const { address } = await deviceIn(host, state);
      await awaitBackEnd(host, address, signal);
    },
  };
}

/** From here on the domain has the device wherever it goes. */
export function keepDeviceStep(host: Host): StepHandler {
  return {
    do({ state }) {
      keepDevice(host, uuidIn(state), deviceConfigIn(state));
      return Promise.resolve();
    },
    isDone: ({ state }) => Promise.resolve(isKept(host, uuidIn(state), deviceConfigIn(state))),
  };
}

function deviceIn(host: Host, state: JsonObject): Promise<Device> {
  const domid = domidIn(state, 'domid');
  const config = deviceConfigIn(state);
  const find = (name: string) => findBackendDomain(host, name);
  return config.type === 'disk'
    ? diskDevice(config.disk, domainTypeIn(state), domid, find)
    : vifDevice(config.vif, domid, find);
}
