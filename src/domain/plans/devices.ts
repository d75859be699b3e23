import type { DiskConfig, VifConfig } from '../../config/index.js';
import { backEndPath, type DeviceAddress } from '../../layout/index.js';
import type { DomainType, JsonObject, OperationKind, Plan } from '../../model/index.js';
import type { Leaving } from '../plan.js';

/** A device as a config describes it. */
export type DeviceConfig =
  | { readonly type: 'disk'; readonly disk: DiskConfig }
  | { readonly type: 'vif'; readonly vif: VifConfig };

/** A domain whose devices are to change. */
export type Changing = Pick<Leaving, 'domid' | 'uuid' | 'name'> & { readonly type: DomainType };

/** Gives a running domain a device. Once the domain's configuration has it, it stays. */
export function planAttach(domain: Changing, device: DeviceConfig): Plan {
  const subject = deviceName(device);
  return {
    ...changing(device.type === 'disk' ? 'block-attach' : 'network-attach', domain, { device }),
    steps: [
      { name: 'check-device', subject },
      { name: 'add-device', subject },
      { name: 'await-back-end', subject },
      { name: 'keep-device', subject, pivot: true },
    ],
  };
}

/** A device that is to go, as it was found. */
export interface Departing {
  readonly address: DeviceAddress;
  /** As users call it: `xvdb`, `vif1`. */
  readonly name: string;
  /** The state of its back end. */
  readonly state: number;
}

/**
 * Takes a device from a running domain. Until its back end has closed the guest may refuse, and
 * keeps it then; by force it is not asked.
 */
export function planDetach(
  domain: Changing,
  { address, name: subject, state }: Departing,
  force: boolean,
): Plan {
  const kind = address.kind === 'vif' ? 'network-detach' : 'block-detach';
  const args = { devices: [backEndPath(address)], ...(force ? { force } : {}) };
  return {
    ...changing(kind, domain, { backEndState: state }),
    steps: [
      { name: 'close-device', subject, args, pivot: true },
      { name: 'remove-device', subject, args },
      { name: 'forget-device', subject, args },
    ],
  };
}

/** Puts another medium into a drive, or none. */
export function planMedium(
  kind: 'cd-insert' | 'cd-eject',
  domain: Changing,
  address: DeviceAddress,
  { before, after }: { readonly before: DiskConfig; readonly after: DiskConfig },
): Plan {
  const subject = after.vdev;
  const args = { devices: [backEndPath(address)] };
  return {
    ...changing(kind, domain, {
      device: { type: 'disk', disk: after },
      before: { type: 'disk', disk: before },
    }),
    steps: [
      { name: 'change-medium', subject, args },
      { name: 'keep-device', subject, pivot: true },
    ],
  };
}

/** As users call a device: `xvdb`, `vif1`. */
export function deviceName(device: DeviceConfig): string {
  return device.type === 'disk' ? device.disk.vdev : `vif${device.vif.devid}`;
}

function changing(
  kind: OperationKind,
  { uuid, name, domid, type }: Changing,
  more: JsonObject,
): Omit<Plan, 'steps'> {
  return { kind, uuid, name, state: { uuid, name, domid, domainType: type, ...more } };
}
