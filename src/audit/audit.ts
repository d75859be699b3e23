import { isBelow } from '../layout/index.js';
import type { Finding } from '../model/index.js';
import { findDevices } from './devices.js';
import { findEmptyDirectories } from './empty.js';
import { findIdentities } from './identity.js';
import { findKeys } from './keys.js';
import { findLeftovers } from './leftovers.js';
import { findReferences } from './references.js';
import { Scene } from './scene.js';
import type { Snapshot } from './snapshot.js';

/**
 * What does not belong in the store, or does not agree with the rest. Domains with an operation
 * under way are left alone: what is half done there is about to be finished.
 */
export function audit(snapshot: Snapshot): Finding[] {
  const scene = new Scene(snapshot);
  const misplaced = [
    ...findIdentities(scene),
    ...findLeftovers(scene),
    ...findReferences(scene),
    ...findDevices(scene),
    ...findEmptyDirectories(scene),
  ];
  // What is to be removed need not be right.
  const goes = misplaced.flatMap(({ path, repair }) => (repair === undefined ? [] : [path]));
  const wrong = findKeys(scene).filter(({ path }) => !goes.some((root) => isBelow(path, root)));
  return [...misplaced, ...wrong];
}
