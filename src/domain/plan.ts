import { backEndPath, type CompleteConfig, type DeviceAddress } from '../layout/index.js';
import type { Domid, JsonObject, Plan, PlannedStep, Uuid } from '../model/index.js';

/*
 * Lifecycle changes as data: pure functions from what is asked and what is seen to lists of steps.
 * The handlers of the steps are in steps/.
 */

/** Makes a domain and, unless it is to stay paused, starts it. */
export function planCreate(config: CompleteConfig, paused: boolean): Plan {
  const last: PlannedStep = paused
    ? { name: 'record-incarnation', args: { cause: 'create' }, pivot: true }
    : { name: 'unpause', pivot: true };
  return {
    kind: 'create',
    uuid: config.uuid,
    name: config.name,
    state: { uuid: config.uuid, name: config.name, config },
    steps: [
      ...creation(config),
      ...(paused ? [] : [{ name: 'record-incarnation', args: { cause: 'create' } }]),
      last,
    ],
  };
}

/** The steps that make a domain, up to where it only has to be recorded and unpaused. */
export function creation(config: CompleteConfig): PlannedStep[] {
  return [
    { name: 'check-identity' },
    ...planShell(config),
    { name: 'write-skeleton' },
    { name: 'build' },
    { name: 'write-details' },
    { name: 'introduce' },
    ...planDevices(config),
    { name: 'await-console' },
  ];
}

/** The steps that make a domain without anything in it, with what it may use of the host. */
export function planShell({ cpus, cpusSoft, cpuWeight, cpuCap }: CompleteConfig): PlannedStep[] {
  const asked = [cpus, cpusSoft, cpuWeight, cpuCap];
  return [
    { name: 'create-domain' },
    { name: 'prepare-domain' },
    ...(asked.some((one) => one !== undefined) ? [{ name: 'schedule' }] : []),
  ];
}

/** The steps that give a new incarnation its devices. */
export function planDevices(config: CompleteConfig): PlannedStep[] {
  const awaited = [
    ...config.disks.map(({ vdev }) => vdev),
    ...config.vifs.map(({ devid }) => `vif${devid}`),
  ];
  const screens = config.type === 'hvm' ? [] : config.vfbs.map(({ devid }) => `vfb${devid}`);
  return [
    { name: 'add-devices', subject: [...awaited, ...screens, 'console'].join(' ') },
    ...(awaited.length > 0 ? [{ name: 'await-back-ends' }] : []),
  ];
}

/** What is seen of a domain that is to go. */
export interface Leaving {
  readonly domid: Domid;
  readonly uuid: Uuid;
  readonly name: string;
  readonly devices: readonly DeviceAddress[];
}

/** Ends a domain and removes every trace of it. Once begun it is only ever finished. */
export function planDestroy(domain: Leaving): Plan {
  return {
    kind: 'destroy',
    ...leaving(domain),
    steps: [
      { name: 'pause', pivot: true },
      ...removal(domain),
      { name: 'record-end', args: { end: 'destroy' } },
    ],
  };
}

/** Removes what a domain left in the store whose host has lost it. */
export function planCleanUp(domain: Leaving): Plan {
  return {
    kind: 'clean-up',
    ...leaving(domain),
    steps: [
      { name: 'note-loss', pivot: true },
      ...removal(domain),
      { name: 'record-end', args: { end: 'host-lost' } },
    ],
  };
}

/** The steps by which a domain that does not run any more goes for good. */
export function removal(domain: Leaving): PlannedStep[] {
  const { devices } = domain;
  const subject = devices.map(({ kind, id }) => `${kind}/${id}`).join(' ');
  return [
    ...(devices.length === 0
      ? []
      : [{ name: 'remove-devices', subject, args: { devices: devices.map(backEndPath) } }]),
    { name: 'destroy-domain' },
    { name: 'remove-tree' },
  ];
}

function leaving({ domid, uuid, name }: Leaving): { uuid: Uuid; name: string; state: JsonObject } {
  return { uuid, name, state: { uuid, name, domid } };
}
