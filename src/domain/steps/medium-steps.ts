import { changeMedium } from '../../devices/index.js';
import type { StepCall, StepHandler } from '../../operations/index.js';
import type { Host } from '../host.js';
import { isStillThere } from '../listing.js';
import type { DeviceConfig } from '../plans/devices.js';
import { deviceConfigIn, devicesIn, domidIn, uuidIn } from '../step-state.js';

/** Has a drive serve another medium, or none. */
export function changeMediumStep(host: Host): StepHandler {
  const change = async ({ state, args }: StepCall, device: DeviceConfig): Promise<void> => {
    if (device.type !== 'disk') return;
    if (!(await isStillThere(host, domidIn(state, 'domid'), uuidIn(state)))) return;
    for (const address of devicesIn(args)) {
      await host.store.transaction((tx) => changeMedium(tx, address, device.disk));
    }
  };
  return {
    do: (call) => change(call, deviceConfigIn(call.state)),
    undo: (call) => change(call, deviceConfigIn(call.state, 'before')),
  };
}
