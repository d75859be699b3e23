import type { Domid } from '../model/index.js';
import { type BackendKind, frontEndKind, frontOf } from './device.js';
import { backEndsPath, consolePath, devicesPath, frontEndsPath, isBelow } from './paths.js';

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

/** The record of the device whose front end a path is in; undefined for other paths. */
export function recordOfFront(domid: Domid, path: string): string | undefined {
  if (isBelow(path, consolePath(domid))) return `${devicesPath(domid)}/console/0`;
  const root = `${frontEndsPath(domid)}/`;
  const [kind, id] = path.startsWith(root) ? path.slice(root.length).split('/') : [];
  return kind === undefined || id === undefined ? undefined : `${devicesPath(domid)}/${kind}/${id}`;
}
