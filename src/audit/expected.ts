import { vmPath } from '../layout/index.js';
import type { Uuid } from '../model/index.js';
import type { Scene } from './scene.js';

/** The permissions of everything below /vm/<uuid>, in wire form: all that use it may read. */
export function vmPermissions(scene: Scene, uuid: Uuid): string {
  return ['n0', ...scene.incarnationsOf(vmPath(uuid)).map((domid) => `r${domid}`)].join(',');
}
