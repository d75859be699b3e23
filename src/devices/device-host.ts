import type { Store } from '../xenstore/client.js';
import type { Hotplug } from './hotplug.js';
import type { DeviceLimits } from './limits.js';

/** What devices are attached and detached with. */
export interface DeviceHost {
  readonly store: Store;
  readonly limits: DeviceLimits;
  /** Absent where the back ends, or udev, see to hotplug scripts. */
  readonly hotplug?: Hotplug;
}
