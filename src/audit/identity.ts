import { homePath, namePath, vmPath } from '../layout/index.js';
import type { DomainInfo, Domid, Finding, Uuid } from '../model/index.js';
import type { Scene } from './scene.js';

/** Domains without keys, and domains that others take for each other. */
export function findIdentities(scene: Scene): Finding[] {
  return [
    ...scene.expected
      .filter(({ domid, uuid }) => scene.domain(domid)?.uuid !== uuid)
      .map(lostDomain),
    ...scene.living.filter(({ domid }) => !scene.tree.has(homePath(domid))).map(noHome),
    ...shared(scene, 'same-name', ({ domid }) => scene.tree.value(namePath(domid))),
    ...shared(scene, 'same-uuid', ({ uuid }) => uuid),
  ];
}

function lostDomain({ domid, uuid }: { readonly domid: Domid; readonly uuid: Uuid }): Finding {
  return {
    code: 'lost-domain',
    severity: 'error',
    path: homePath(domid),
    domid,
    what: `by the history domain ${domid} is ${uuid}, but the hypervisor has no such domain`,
    why: 'Another toolstack has destroyed it, and told nobody.',
    suggestion:
      '"domovoi daemon stop", and then any command: when the daemon starts it notes losses.',
  };
}

function noHome({ domid }: DomainInfo): Finding {
  return {
    code: 'no-home',
    severity: 'error',
    path: homePath(domid),
    domid,
    what: `domain ${domid} is there, but it has no keys`,
    why: 'A toolstack was killed between making the domain and writing its keys, or they were removed.',
    suggestion: `Destroy domain ${domid}: without its keys it cannot reach its devices.`,
  };
}

function shared(
  scene: Scene,
  code: 'same-name' | 'same-uuid',
  word: (info: DomainInfo) => string | undefined,
): Finding[] {
  const groups = new Map<string, DomainInfo[]>();
  for (const info of scene.living) {
    const common = word(info);
    if (common !== undefined) groups.set(common, [...(groups.get(common) ?? []), info]);
  }
  return [...groups].flatMap(([common, members]) => {
    const [first] = members;
    if (first === undefined || members.length < 2) return [];
    const domids = members.map(({ domid }) => domid).join(' and ');
    return code === 'same-name' ? sameName(first, common, domids) : sameUuid(first, domids);
  });
}

function sameName({ domid }: DomainInfo, name: string, domids: string): Finding {
  return {
    code: 'same-name',
    severity: 'error',
    path: namePath(domid),
    domid,
    what: `domains ${domids} all have the name "${name}"`,
    why: 'Two toolstacks, or two users of xl at once, gave it. By name one of them cannot be reached.',
    suggestion: 'Rename all but one of them, by their domids.',
  };
}

function sameUuid({ domid, uuid }: DomainInfo, domids: string): Finding {
  return {
    code: 'same-uuid',
    severity: 'error',
    path: vmPath(uuid),
    domid,
    what: `domains ${domids} all have the UUID ${uuid}, and no migration is under way`,
    why: 'A migration by another toolstack was interrupted. If both run, they spoil their disk.',
    suggestion: 'Destroy the one that does not run, by its domid.',
  };
}
