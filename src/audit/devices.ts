import type { Finding } from '../model/index.js';
import {
  elsewhere,
  loneBackEnd,
  noBackEnd,
  noFrontEnd,
  noRecord,
  staleRecord,
} from './half-devices.js';
import type { Scene } from './scene.js';
import { byBackEnd, byFrontEnd, byRecord, type SeenDevice } from './seen-devices.js';

/** Devices of living guests of which a part is missing. What domains that are gone left is elsewhere. */
export function findDevices(scene: Scene): Finding[] {
  const seen = new Map<string, SeenDevice>();
  for (const device of [...byRecord(scene), ...byBackEnd(scene), ...byFrontEnd(scene)]) {
    const key = device.places.front;
    if (!seen.has(key)) seen.set(key, device);
  }
  return [
    ...[...seen.values()].flatMap((device) => judge(scene, device)),
    ...byBackEnd(scene).flatMap((device) => {
      const recorded = scene.tree.value(`${device.places.record}/backend`);
      const isOther = recorded !== undefined && recorded !== device.places.back;
      return isOther ? [loneBackEnd(scene, device, recorded)] : [];
    }),
  ];
}

/** A domain of libxl has records of its devices; what a toolstack without has is not judged. */
function judge(scene: Scene, device: SeenDevice): Finding[] {
  const { tree } = scene;
  const { record, front, back } = device.places;
  const [hasRecord, hasFront, hasBack] = [record, front, back].map((path) => tree.has(path));
  if (hasRecord === true && hasFront === true && hasBack === true) return elsewhere(scene, device);
  if (hasRecord === true && hasFront === true) return [noBackEnd(scene, device)];
  if (hasRecord === true && hasBack === true) return [noFrontEnd(device)];
  if (hasRecord === true) return [staleRecord(device)];
  if (hasFront === true && hasBack === true) return noRecord(scene, device);
  return hasFront === true ? [noBackEnd(scene, device)] : [loneBackEnd(scene, device)];
}
