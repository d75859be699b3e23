import {
  homePath,
  namePath,
  VMS,
  vmDevicesPath,
  vmNamePath,
  vmPath,
  vmPointerPath,
  vmReferencesPath,
} from '../layout/index.js';
import { type DomainInfo, type Finding, parseDomid, parseUuid, type Uuid } from '../model/index.js';
import { vmPermissions } from './expected.js';
import type { Scene } from './scene.js';

/** What /vm/<uuid>, its references and ~/vm say of each other. */
export function findReferences(scene: Scene): Finding[] {
  return [
    ...scene.living.flatMap((info) => [...danglingVm(scene, info), ...missing(scene, info)]),
    ...ownVms(scene).flatMap((uuid) => [
      ...staleReferences(scene, uuid),
      ...staleBackPointers(scene, uuid),
      ...wrongName(scene, uuid),
    ]),
  ];
}

/** Directories below /vm that somebody uses; the others are leftovers. */
function ownVms(scene: Scene): Uuid[] {
  return scene.tree
    .children(VMS)
    .map(parseUuid)
    .filter((uuid) => uuid !== undefined)
    .filter((uuid) => !scene.isBusyVm(vmPath(uuid)) && scene.usersOf(vmPath(uuid)).length > 0);
}

function danglingVm(scene: Scene, { domid, uuid }: DomainInfo): Finding[] {
  const { tree } = scene;
  const vm = scene.vmOf(domid);
  if (!tree.has(homePath(domid)) || (vm !== undefined && tree.has(vm))) return [];
  const pointer = vmPointerPath(domid);
  const name = tree.value(namePath(domid)) ?? '';
  const permissions = vmPermissions(scene, uuid);
  const at = (key: string, value: string) =>
    ({ edit: 'write', path: `${vmPath(uuid)}${key}`, value, permissions }) as const;
  const finding: Finding = {
    code: 'no-vm',
    severity: 'error',
    path: pointer,
    domid,
    what:
      vm === undefined
        ? `domain ${domid} does not say where its directory below /vm is`
        : `domain ${domid} says that its directory is ${vm}, which is not there`,
    why:
      "xl's migration on one host removes /vm/<uuid> with the domain that is left, though the one " +
      'that goes on needs it: "xl uptime" fails then. When it was started is lost.',
  };
  // A pointer elsewhere is of a toolstack whose ways are not known here.
  if (vm !== undefined && vm !== vmPath(uuid)) {
    return [{ ...finding, suggestion: 'Adopt the domain, or start it anew.' }];
  }
  const own = `n0,r${domid}`;
  const edits = [
    at('', ''),
    at('/uuid', uuid),
    at('/name', name),
    ...(vm === undefined
      ? [{ edit: 'write', path: pointer, value: vmPath(uuid), permissions: own } as const]
      : []),
    ...(scene.isKnown(uuid) ? [at('/domains', ''), at(`/domains/${domid}`, '')] : []),
  ];
  const conditions = [
    { is: 'living', domid, uuid },
    { is: 'missing', path: `${vmPath(uuid)}/uuid` },
  ] as const;
  return [{ ...finding, repair: { edits, conditions } }];
}

/** Only directories that have references at all are of a toolstack that counts them. */
function missing(scene: Scene, { domid, uuid }: DomainInfo): Finding[] {
  const root = vmReferencesPath(uuid);
  const path = `${root}/${domid}`;
  if (!scene.tree.has(root) || scene.tree.has(path)) return [];
  return [
    {
      code: 'missing-reference',
      severity: 'error',
      path,
      domid,
      what: `domain ${domid} is not among those that hold on to ${vmPath(uuid)}`,
      why: 'When another incarnation leaves, it takes the directory with it.',
      repair: {
        edits: [{ edit: 'write', path, value: '', permissions: vmPermissions(scene, uuid) }],
        conditions: [
          { is: 'living', domid, uuid },
          { is: 'there', path: root },
        ],
      },
    },
  ];
}

function staleReferences(scene: Scene, uuid: Uuid): Finding[] {
  const root = vmReferencesPath(uuid);
  return scene.tree.children(root).flatMap((entry): Finding[] => {
    const domid = parseDomid(entry);
    const path = `${root}/${entry}`;
    if (domid === undefined || scene.isBusy(domid)) return [];
    const info = scene.domain(domid);
    if (info !== undefined && scene.usersOf(vmPath(uuid)).includes(info)) return [];
    return [
      {
        code: 'stale-reference',
        severity: 'error',
        path,
        domid,
        what:
          info === undefined
            ? `there is no domain ${domid} to hold on to ${vmPath(uuid)}`
            : `domain ${domid} is another one, with the UUID ${info.uuid}`,
        why: 'The directory would stay when the last incarnation has left.',
        repair: {
          edits: [{ edit: 'remove', path }],
          conditions: [
            info === undefined ? { is: 'gone', domid } : { is: 'living', domid, uuid: info.uuid },
          ],
        },
      },
    ];
  });
}

function staleBackPointers(scene: Scene, uuid: Uuid): Finding[] {
  const { tree } = scene;
  const root = vmDevicesPath(uuid);
  return tree.children(root).flatMap((kind) =>
    tree.children(`${root}/${kind}`).flatMap((id): Finding[] => {
      const path = `${root}/${kind}/${id}`;
      const names = ['frontend', 'backend'].map((end) => tree.value(`${path}/${end}`));
      if (names.some((end) => end !== undefined && tree.has(end))) return [];
      return [
        {
          code: 'stale-back-pointer',
          severity: 'error',
          path,
          what: `the ${kind} device ${id} of the domain has neither half any more`,
          why: "Who reads the domain's devices here, as readers of xend's time do, finds one too many.",
          repair: {
            edits: [{ edit: 'remove', path, upTo: vmPath(uuid) }],
            conditions: names.flatMap((end) =>
              end === undefined ? [] : [{ is: 'missing', path: end } as const],
            ),
          },
        },
      ];
    }),
  );
}

/** While it comes in, or is renamed away, an incarnation has another name: one of all must fit. */
function wrongName(scene: Scene, uuid: Uuid): Finding[] {
  const path = vmNamePath(uuid);
  const name = scene.tree.value(path);
  const users = scene.usersOf(vmPath(uuid));
  const names = users.map(({ domid }) => scene.tree.value(namePath(domid)));
  const [user] = users;
  if (name === undefined || names.includes(name) || user === undefined) return [];
  const [own] = names;
  const finding: Finding = {
    code: 'wrong-vm-name',
    severity: 'error',
    path,
    domid: user.domid,
    what: `the name is "${name}", but the domain's is ${names.map((each) => `"${each ?? ''}"`).join(' and ')}`,
    why: 'A rename, or the renaming at the end of a migration, was interrupted.',
  };
  if (users.length > 1 || own === undefined) {
    return [{ ...finding, suggestion: 'Rename the domain that is to keep the name.' }];
  }
  const { domid } = user;
  return [
    {
      ...finding,
      repair: {
        edits: [{ edit: 'write', path, value: own, permissions: vmPermissions(scene, uuid) }],
        conditions: [
          { is: 'living', domid, uuid: user.uuid },
          { is: 'value', path: namePath(domid), value: own },
          { is: 'there', path },
        ],
      },
    },
  ];
}
