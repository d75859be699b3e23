import {
  backEndsPath,
  DOMAINS,
  deviceModelsPath,
  homePath,
  LIBXL,
  libxlPath,
  VMS,
} from '../layout/index.js';
import { DOM0, type Domid, type Finding, parseDomid, parseUuid } from '../model/index.js';
import type { Scene } from './scene.js';

const WHY =
  'A toolstack that was killed, or a host that lost power, leaves such keys. ' +
  'They count against quotas and show through when the number comes round again.';

/** What is left of domains that are on this host no more. */
export function findLeftovers(scene: Scene): Finding[] {
  return [
    ...goneBelow(scene, DOMAINS).map(orphanHome),
    ...goneBelow(scene, LIBXL).map(orphanRecord),
    ...homes(scene).flatMap((domid) => [
      ...orphanBackEnds(scene, domid),
      ...goneBelow(scene, deviceModelsPath(domid)).map((of) => orphanDeviceModel(domid, of)),
    ]),
    ...orphanVms(scene),
  ];
}

/** The homes of domains that are there: what is in the others goes with them. */
function homes(scene: Scene): Domid[] {
  const domids = domidsBelow(scene.tree.children(DOMAINS));
  return domids.filter((domid) => scene.domain(domid) !== undefined);
}

function goneBelow(scene: Scene, root: string): Domid[] {
  return domidsBelow(scene.tree.children(root)).filter((domid) => scene.isGone(domid));
}

function domidsBelow(names: readonly string[]): Domid[] {
  return names.map(parseDomid).filter((domid) => domid !== undefined);
}

function orphanHome(domid: Domid): Finding {
  const path = homePath(domid);
  const what = `there is no domain ${domid}, but it has keys of its own`;
  return orphan('orphan-home', domid, path, what);
}

function orphanRecord(domid: Domid): Finding {
  const path = libxlPath(domid);
  return orphan(
    'orphan-record',
    domid,
    path,
    `there is no domain ${domid}, but libxl's keys of it`,
  );
}

function orphanDeviceModel(host: Domid, domid: Domid): Finding {
  const path = `${deviceModelsPath(host)}/${domid}`;
  const what = `there is no domain ${domid}, but the keys of its device model`;
  return orphan('orphan-device-model', domid, path, what, homePath(host));
}

function orphanBackEnds(scene: Scene, host: Domid): Finding[] {
  const root = backEndsPath(host);
  return scene.tree.children(root).flatMap((kind) =>
    goneBelow(scene, `${root}/${kind}`).map((domid) => {
      const path = `${root}/${kind}/${domid}`;
      const what = `there is no domain ${domid}, but back ends of ${kind} devices for it`;
      return orphan('orphan-back-end', domid, path, what, homePath(host));
    }),
  );
}

function orphan(
  code: Finding['code'],
  domid: Domid,
  path: string,
  what: string,
  upTo?: string,
): Finding {
  return {
    code,
    severity: 'error',
    path,
    domid,
    what,
    why: WHY,
    repair: {
      edits: [{ edit: 'remove', path, ...(upTo === undefined ? {} : { upTo }) }],
      conditions: [{ is: 'gone', domid }],
    },
  };
}

function orphanVms(scene: Scene): Finding[] {
  const { tree } = scene;
  return tree.children(VMS).flatMap((name): Finding[] => {
    const path = `${VMS}/${name}`;
    // Of xend's `<uuid>-<n>` nothing is known but who points to it.
    const uuid = parseUuid(name.slice(0, 36));
    if (uuid === undefined || scene.isBusyVm(`${VMS}/${uuid}`)) return [];
    if (scene.usersOf(path).length > 0) return [];
    const isDom0 = scene.domain(DOM0)?.uuid === uuid;
    if (isDom0) return [];
    return [
      {
        code: 'orphan-vm',
        severity: 'error',
        path,
        what: `no domain on this host has the UUID ${name}, and none uses its directory`,
        why: WHY,
        repair: {
          edits: [{ edit: 'remove', path, upTo: '' }],
          conditions: [{ is: 'nowhere', uuid }],
        },
      },
    ];
  });
}
