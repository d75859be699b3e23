import {
  BACKEND_KINDS,
  type BackendKind,
  backEndsPath,
  type DevicePlaces,
  DOMAINS,
  devicesPath,
  frontEndsPath,
  frontOf,
  parseBackEndPath,
  placesOf,
} from '../layout/index.js';
import { DOM0, type DomainInfo, type Domid, parseDomid } from '../model/index.js';
import type { Scene } from './scene.js';

/** A device of a living guest of which at least one part was seen. */
export interface SeenDevice {
  readonly info: DomainInfo;
  readonly label: string;
  readonly backendDomid: Domid;
  readonly places: DevicePlaces;
}

export function byRecord(scene: Scene): SeenDevice[] {
  const { tree } = scene;
  return scene.living.flatMap((info) => {
    const root = devicesPath(info.domid);
    return tree.children(root).flatMap((kind) =>
      tree.children(`${root}/${kind}`).flatMap((id): SeenDevice[] => {
        const record = `${root}/${kind}/${id}`;
        const back = tree.value(`${record}/backend`) ?? '';
        const address = parseBackEndPath(back);
        // Kinds that are not known here are not judged.
        if (address === undefined || address.domid !== info.domid) return [];
        const { backendDomid } = address;
        const front = frontOf(info.domid, kind, id);
        return [{ info, label: `${kind} ${id}`, backendDomid, places: { record, front, back } }];
      }),
    );
  });
}

export function byBackEnd(scene: Scene): SeenDevice[] {
  const { tree } = scene;
  return tree.children(DOMAINS).flatMap((host) => {
    const backendDomid = parseDomid(host);
    if (backendDomid === undefined || scene.domain(backendDomid) === undefined) return [];
    const root = backEndsPath(backendDomid);
    return tree
      .children(root)
      .filter(isBackendKind)
      .flatMap((kind) =>
        scene.living.flatMap((info) =>
          tree.children(`${root}/${kind}/${info.domid}`).map((id): SeenDevice => {
            const places = placesOf(info.domid, kind, id, backendDomid);
            return { info, label: `${kind} ${id}`, backendDomid, places };
          }),
        ),
      );
  });
}

/** By front ends that neither a record nor a back end tells of. */
export function byFrontEnd(scene: Scene): SeenDevice[] {
  const { tree } = scene;
  return scene.living.flatMap((info) => {
    const root = frontEndsPath(info.domid);
    return tree
      .children(root)
      .filter(isBackendKind)
      .flatMap((kind) =>
        tree.children(`${root}/${kind}`).map((id): SeenDevice => {
          const places = placesOf(info.domid, kind, id, DOM0);
          return { info, label: `${kind} ${id}`, backendDomid: DOM0, places };
        }),
      );
  });
}

function isBackendKind(kind: string): kind is BackendKind {
  return BACKEND_KINDS.some((known) => known === kind);
}
