import {
  backEndsPath,
  DOMAINS,
  devicesPath,
  frontEndsPath,
  homePath,
  vmDevicesPath,
  vmPath,
} from '../layout/index.js';
import { type Finding, parseDomid } from '../model/index.js';
import type { Scene } from './scene.js';

/** Directories of devices that nothing is in any more. */
export function findEmptyDirectories(scene: Scene): Finding[] {
  const { tree } = scene;
  const ofGuests = scene.living.flatMap(({ domid, uuid }) => [
    ...emptyIn(scene, devicesPath(domid), devicesPath(domid)),
    ...emptyIn(scene, frontEndsPath(domid), frontEndsPath(domid)),
    ...emptyIn(scene, vmDevicesPath(uuid), vmPath(uuid)),
  ]);
  const ofHosts = tree.children(DOMAINS).flatMap((name) => {
    const host = parseDomid(name);
    if (host === undefined || scene.domain(host) === undefined) return [];
    const root = backEndsPath(host);
    const kinds = tree.children(root).map((kind) => `${root}/${kind}`);
    return [root, ...kinds].flatMap((path) => emptyIn(scene, path, homePath(host)));
  });
  return [...ofGuests, ...ofHosts];
}

/** The empty ones of the directories in `root`, without those of domains that are gone or busy. */
function emptyIn(scene: Scene, root: string, upTo: string): Finding[] {
  const { tree } = scene;
  return tree.children(root).flatMap((name): Finding[] => {
    const path = `${root}/${name}`;
    const domid = parseDomid(name);
    if (!tree.isEmpty(path) || tree.value(path) !== '') return [];
    if (domid !== undefined && scene.livingGuest(domid) === undefined) return [];
    return [
      {
        code: 'empty-directory',
        severity: 'warning',
        path,
        what: 'a directory of devices is empty',
        why: 'The last device in it was removed, and whoever did so did not look above it.',
        repair: { edits: [{ edit: 'remove', path, upTo }], conditions: [{ is: 'empty', path }] },
      },
    ];
  });
}
