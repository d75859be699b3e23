import {
  type Bindings,
  type DescribedKey,
  explainFormat,
  findDescribed,
  homePath,
  isFormatted,
  parseBackEndPath,
  permissionsFor,
  recordOfFront,
  vmPath,
} from '../layout/index.js';
import {
  DOM0,
  type DomainInfo,
  type Domid,
  type Finding,
  parseDomid,
  type Uuid,
} from '../model/index.js';
import { formatPermission, formatPermissions, type Permissions } from '../xenstore/permissions.js';
import type { Scene } from './scene.js';
import type { TreeNode } from './snapshot.js';

interface SeenKey {
  readonly path: string;
  readonly node: TreeNode;
  readonly described: DescribedKey;
  readonly bindings: Bindings;
  /** The guest that the key is of. */
  readonly info: DomainInfo;
}

/** Keys of living guests with permissions or values other than the store map says. */
export function findKeys(scene: Scene): Finding[] {
  const keys = [...keysOfGuests(scene)];
  return [...findPermissions(scene, keys), ...keys.flatMap(wrongValue)];
}

/** What is below a node and has the same fault is told and repaired with it. */
function findPermissions(scene: Scene, keys: readonly SeenKey[]): Finding[] {
  const faults = keys
    .flatMap((key) => wrongPermissions(scene, key))
    .sort((left, right) => (left.path < right.path ? -1 : 1));
  const tops: Fault[][] = [];
  for (const fault of faults) {
    const top = tops.find(([first]) => first !== undefined && isSameBelow(fault, first));
    if (top === undefined) tops.push([fault]);
    else top.push(fault);
  }
  return tops.flatMap(permissionsFinding);
}

function isSameBelow(fault: Fault, top: Fault): boolean {
  const isAlike = fault.found === top.found && fault.wanted === top.wanted;
  return isAlike && fault.path.startsWith(`${top.path}/`);
}

function* keysOfGuests(scene: Scene): Generator<SeenKey> {
  const guests = new Map(scene.living.map((info) => [String(info.domid), info]));
  const users = new Map(scene.living.map((info) => [scene.vmOf(info.domid), info]));
  for (const [path, node] of scene.tree.nodes) {
    const found = findDescribed(path);
    if (found === undefined) continue;
    const { described, bindings } = found;
    const uuid = bindings.get('uuid');
    const info =
      uuid === undefined
        ? guests.get(bindings.get('domid') ?? '')
        : users.get(vmPath(uuid as Uuid));
    // What others write, and when, is not for us to judge.
    if (info === undefined || described.key.value === undefined) continue;
    yield { path, node, described, bindings, info };
  }
}

/** Permissions that are not as they should be, both in wire form. */
interface Fault {
  readonly path: string;
  readonly info: DomainInfo;
  readonly found: string;
  readonly wanted: string;
}

function wrongPermissions(scene: Scene, key: SeenKey): Fault[] {
  const { path, node, info } = key;
  const expected = expectedPermissions(scene, key);
  if (expected === undefined || agree(node.permissions, expected)) return [];
  const found = formatPermissions(node.permissions);
  return [{ path, info, found, wanted: formatPermissions(expected) }];
}

function permissionsFinding(faults: readonly Fault[]): Finding[] {
  const [top, ...others] = faults;
  if (top === undefined) return [];
  const { path, info, found, wanted } = top;
  const { domid, uuid } = info;
  const below = others.length === 0 ? '' : `, here and at ${others.length} keys below`;
  return [
    {
      code: 'wrong-permissions',
      severity: 'error',
      path,
      domid,
      what: `the permissions are ${found}${below}, and should be ${wanted}`,
      why: 'Others than meant can read or write the key, or those who need it cannot.',
      repair: {
        edits: faults.map((fault) => ({ edit: 'permit', path: fault.path, permissions: wanted })),
        conditions: [
          { is: 'living', domid, uuid },
          { is: 'there', path },
        ],
      },
    },
  ];
}

/** Undefined where it is not known in whose domain the back end is. */
function expectedPermissions(
  scene: Scene,
  { path, described, bindings, info: { domid, uuid } }: SeenKey,
): Permissions | undefined {
  const { access } = described.key;
  const inPath = parseDomid(bindings.get('backend-domid') ?? '');
  const backendDomid = inPath ?? backEndOfFront(scene, domid, path);
  const needsBackEnd = access === 'front-end' || access === 'back-end';
  if (needsBackEnd && backendDomid === undefined) return undefined;
  const incarnations = scene.incarnationsOf(vmPath(uuid));
  return permissionsFor(access, { domid, backendDomid: backendDomid ?? DOM0, incarnations });
}

/** By the record of the device, which the guest cannot write. */
function backEndOfFront({ tree }: Scene, domid: Domid, path: string): Domid | undefined {
  const record = recordOfFront(domid, path);
  if (record === undefined) return undefined;
  return parseBackEndPath(tree.value(`${record}/backend`) ?? '')?.backendDomid;
}

/** Who owns a node may let others read or write it too; what domain 0 owns, only it changes. */
function agree(found: Permissions, expected: Permissions): boolean {
  const [owner] = expected;
  if (owner === undefined || found[0]?.domid !== owner.domid) return false;
  return owner.domid !== DOM0 || asText(found) === asText(expected);
}

/** The order of all but the first does not matter. */
function asText(permissions: Permissions): string {
  const [first, ...others] = permissions.map(formatPermission);
  return [first, ...others.sort()].join(',');
}

/** Only of what no guest and no driver domain can write. */
function wrongValue({ path, node, described, info }: SeenKey): Finding[] {
  const { format, writer = 'toolstack', manual } = described.key;
  if (writer !== 'toolstack' || node.permissions[0]?.domid !== DOM0) return [];
  const { value } = node;
  const alternative = manual?.format;
  const isWell =
    isFormatted(format, value) || (alternative !== undefined && isFormatted(alternative, value));
  const { domid, uuid } = info;
  const certain = certainValue(path, info);
  if (certain === undefined ? isWell : value === certain) return [];
  const finding: Finding = {
    code: 'wrong-value',
    severity: 'error',
    path,
    domid,
    what:
      certain === undefined
        ? `the value is "${shorten(value)}", and should be a ${explainFormat(format).about}`
        : `the value is "${shorten(value)}", and should be "${certain}"`,
    why: 'Somebody other than a toolstack has written it. Who reads it is misled.',
  };
  if (certain === undefined) {
    return [{ ...finding, suggestion: 'Write what it should be, or start the domain anew.' }];
  }
  const permissions = formatPermissions(node.permissions);
  return [
    {
      ...finding,
      repair: {
        edits: [{ edit: 'write', path, value: certain, permissions }],
        conditions: [
          { is: 'living', domid, uuid },
          { is: 'value', path, value },
        ],
      },
    },
  ];
}

/** What a value can only be, whatever the domain. */
function certainValue(path: string, { domid, uuid }: DomainInfo): string | undefined {
  if (path === `${homePath(domid)}/domid`) return String(domid);
  return path === `${vmPath(uuid)}/uuid` ? uuid : undefined;
}

function shorten(value: string): string {
  return value.length <= 60 ? value : `${value.slice(0, 59)}…`;
}
