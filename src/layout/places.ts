import { type Domid, parseDomid } from '../model/index.js';
import { type BackendKind, frontEndKind } from './device.js';
import { DOMAINS, devicesPath, homePath, LIBXL } from './paths.js';

/*
 * Where things of a kind are found, for who looks through a whole tree. The functions take any
 * name of a kind or number as it stands in the tree.
 */

/** The three nodes by which a device is known, and whose it is. */
export interface DevicePlaces {
  readonly record: string;
  readonly front: string;
  readonly back: string;
}

/** Of a device by its back end; the record and the front end follow from it. */
export function placesOf(
  domid: Domid,
  kind: BackendKind,
  id: string,
  backendDomid: Domid,
): DevicePlaces {
  const frontKind = frontEndKind(kind);
  return {
    record: `${devicesPath(domid)}/${frontKind}/${id}`,
    front: frontOf(domid, frontKind, id),
    back: `${backEndsPath(backendDomid)}/${kind}/${domid}/${id}`,
  };
}

/** The front end of a device whose record has this kind and number. */
export function frontOf(domid: Domid, kind: string, id: string): string {
  const isFirstConsole = kind === 'console' && id === '0';
  return isFirstConsole ? consolePath(domid) : `${frontEndsPath(domid)}/${kind}/${id}`;
}

/** The record of the device whose front end a path is in; undefined for other paths. */
export function recordOfFront(domid: Domid, path: string): string | undefined {
  if (isBelow(path, consolePath(domid))) return `${devicesPath(domid)}/console/0`;
  const root = `${frontEndsPath(domid)}/`;
  const [kind, id] = path.startsWith(root) ? path.slice(root.length).split('/') : [];
  return kind === undefined || id === undefined ? undefined : `${devicesPath(domid)}/${kind}/${id}`;
}

function isBelow(path: string, root: string): boolean {
  return path === root || path.startsWith(`${root}/`);
}

/** The first console of a domain, which is not among its other front ends. */
export function consolePath(domid: Domid): string {
  return `${homePath(domid)}/console`;
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

/** The domid whose keys a path is among: its home or its records; undefined for any other path. */
export function ownerOf(path: string): Domid | undefined {
  for (const root of [DOMAINS, LIBXL]) {
    if (!path.startsWith(`${root}/`)) continue;
    return parseDomid(path.slice(root.length + 1).split('/', 1)[0] ?? '');
  }
  return undefined;
}
