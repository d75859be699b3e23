import { DOM0, type Domid, type Uuid } from '../model/index.js';

/** Every XenStore path that the toolstack uses is spelled in this room; these are the roots. */
export const DOMAINS = '/local/domain';
export const VMS = '/vm';
export const LIBXL = '/libxl';

export function homePath(domid: Domid): string {
  return `${DOMAINS}/${domid}`;
}

export function namePath(domid: Domid): string {
  return `${homePath(domid)}/name`;
}

export function vmPath(uuid: Uuid): string {
  return `${VMS}/${uuid}`;
}

export function vmNamePath(uuid: Uuid): string {
  return `${vmPath(uuid)}/name`;
}

/** Where incarnations of the domain on this host leave their references. */
export function vmReferencesPath(uuid: Uuid): string {
  return `${vmPath(uuid)}/domains`;
}

/** Below it, `<class>/<id>` for each device: what points from the domain to it. */
export function vmDevicesPath(uuid: Uuid): string {
  return `${vmPath(uuid)}/device`;
}

export function libxlPath(domid: Domid): string {
  return `${LIBXL}/${domid}`;
}

/** Below it, `<kind>/<id>` for each device: the toolstack's own list, out of the guest's reach. */
export function devicesPath(domid: Domid): string {
  return `${libxlPath(domid)}/device`;
}

/** The number that the next network interface gets, for readers of the old manual. */
export function nextVifIdPath(domid: Domid): string {
  return `${homePath(domid)}/device-misc/vif/nextDeviceID`;
}

/** Whether the toolstack lets the domain run, for readers of the old manual. */
export function runningPath(domid: Domid): string {
  return `${homePath(domid)}/running`;
}

export function shutdownControlPath(domid: Domid): string {
  return `${homePath(domid)}/control/shutdown`;
}

/** `1` when the guest obeys the request. */
export function controlFeaturePath(domid: Domid, request: string): string {
  return `${homePath(domid)}/control/feature-${request}`;
}

export function sysrqPath(domid: Domid): string {
  return `${homePath(domid)}/control/sysrq`;
}

/** The first console of a domain, which is not among its other front ends. */
export function consolePath(domid: Domid): string {
  return `${homePath(domid)}/console`;
}

export function consoleTtyPath(domid: Domid): string {
  return `${consolePath(domid)}/tty`;
}

export function consoleRingPath(domid: Domid): string {
  return `${consolePath(domid)}/ring-ref`;
}

/** Below it, `<kind>/<id>` for each front end but the first console. */
export function frontEndsPath(domid: Domid): string {
  return `${homePath(domid)}/device`;
}

/** Below it, `<kind>/<domid>/<id>` for each back end in a domain. */
export function backEndsPath(domid: Domid): string {
  return `${homePath(domid)}/backend`;
}

/** Below it, a directory for each domain whose device model runs in this domain. */
export function deviceModelsPath(domid: Domid): string {
  return `${homePath(domid)}/device-model`;
}

/** Where a device model in domain 0 says how it is. */
export function deviceModelPath(domid: Domid): string {
  return `${deviceModelsPath(DOM0)}/${domid}`;
}

/** Fires when any domain has stopped or gone. */
export const RELEASE_EVENT = '@releaseDomain';

/** There with `1` while the toolstack itself calls hotplug scripts: udev, and back ends, leave it. */
export const DISABLE_UDEV_PATH = `${homePath(DOM0)}/libxl/disable_udev`;

/** Names the domain's entry below `/vm`. */
export function vmPointerPath(domid: Domid): string {
  return `${homePath(domid)}/vm`;
}

/** Where the path of a guest's console number `number` is found, once somebody serves it. */
export function ttyPath(domid: Domid, number: number): string {
  return number === 0 ? consoleTtyPath(domid) : `${frontEndsPath(domid)}/console/${number}/tty`;
}

/** The same for the serial port of an HVM guest, which its device model serves. */
export function serialTtyPath(domid: Domid): string {
  return `${homePath(domid)}/serial/0/tty`;
}

/** Below it, one entry for each CPU pool, by its number. */
export const POOLS = '/local/pool';

export function poolNamePath(pool: number): string {
  return `${POOLS}/${pool}/name`;
}

/** Fires when a domain has been introduced to the store. */
export const INTRODUCE_EVENT = '@introduceDomain';

/** Whether a path is `root` or leads to something in it. */
export function isBelow(path: string, root: string): boolean {
  return path === root || path.startsWith(`${root}/`);
}
