import {
  addDevices,
  awaitBackEnd,
  awaitConsole,
  deviceLabel,
  devicesFromConfig,
  listDevices,
  removeDevice,
} from '../../devices/index.js';
import { consoleDevice, type Device } from '../../layout/index.js';
import type { JsonObject } from '../../model/index.js';
import type { StepHandler } from '../../operations/index.js';
import type { Host } from '../host.js';
import { findBackendDomain } from '../listing.js';
import { configIn, devicesIn, domidIn, numberIn, textIn, uuidIn } from '../step-state.js';
import { hasRings, isAnothersTree } from './tree-steps.js';

/** Both halves of every device, in one transaction. */
export function addDevicesStep(host: Host): StepHandler {
  return {
    async do({ state }) {
      const domid = domidIn(state, 'newDomid');
      const frame = hasRings(state) ? textIn(state, 'consoleFrame') : undefined;
      const console = consoleDevice(domid, numberIn(state, 'consolePort'), frame);
      await addDevices(host.store, [...(await devicesOf(host, state)), console]);
    },
    async undo({ state }) {
      const devices = await listDevices(host.store, domidIn(state, 'newDomid'));
      await Promise.all(devices.map((device) => removeDevice(host, device)));
    },
    /** All come in one transaction; who serves them must not be asked to begin again. */
    async isDone({ state }) {
      return (await listDevices(host.store, domidIn(state, 'newDomid'))).length > 0;
    },
  };
}

export function awaitBackEndsStep(host: Host): StepHandler {
  return {
    waits: true,
    async do({ state, signal }) {
      const devices = await devicesOf(host, state);
      await Promise.all(devices.map(({ address }) => awaitBackEnd(host, address, signal)));
    },
  };
}

export function awaitConsoleStep(host: Host): StepHandler {
  return {
    waits: true,
    async do({ state, signal }) {
      await awaitConsole(host.store, domidIn(state, 'newDomid'), host.limits, signal);
    },
  };
}

/** Takes all devices from a domain that is to go; those whose back end did not close are named. */
export function removeDevicesStep(host: Host): StepHandler {
  return {
    async do({ state, args }) {
      const domid = domidIn(state, 'domid');
      if (await isAnothersTree(host.store, domid, uuidIn(state))) return undefined;
      const forced: string[] = [];
      // What was plugged in since the plan was made has to go as well.
      const devices = [...devicesIn(args), ...(await listDevices(host.store, domid))];
      const distinct = new Map(devices.map((device) => [deviceLabel(device), device]));
      await Promise.all(
        [...distinct].map(async ([label, device]) => {
          const { closed } = await removeDevice(host, device);
          if (!closed) forced.push(label);
        }),
      );
      return forced.length === 0 ? undefined : { forced };
    },
  };
}

function devicesOf(host: Host, state: JsonObject): Promise<Device[]> {
  const domid = domidIn(state, 'newDomid');
  return devicesFromConfig(host.vncPasswords.restore(configIn(state)), domid, (name) =>
    findBackendDomain(host, name),
  );
}
