import { parentPath } from '../xenstore/path.js';
import {
  formatPermission,
  inheritedPermissions,
  type Rights,
  type Subject,
} from '../xenstore/permissions.js';
import { PAYLOAD_MAX } from '../xenstore/wire.js';
import type { Domains } from './domains.js';
import type { Edit } from './edit.js';
import { type Failure, failure, OK, type Outcome } from './outcome.js';
import { nodeSize, nodeSizeOf, type Quotas } from './quotas.js';
import type { PermissionList, Tree, TreeNode } from './tree.js';

/** A request on the tree, its path absolute and well-formed. */
export type Operation = Look | Change;

export type Look =
  | { readonly kind: 'read' | 'list' | 'get-permissions'; readonly path: string }
  | { readonly kind: 'list-part'; readonly path: string; readonly offset: number };

export type Change =
  | { readonly kind: 'mkdir' | 'remove'; readonly path: string }
  | { readonly kind: 'write'; readonly path: string; readonly value: string }
  | {
      readonly kind: 'set-permissions';
      readonly path: string;
      /** The epoch is that of the request: a replay must not mean domains that came later. */
      readonly permissions: PermissionList;
    };

/** What is looked at, and who looks. */
export interface View {
  readonly tree: Tree;
  readonly subject: Subject;
  readonly domains: Domains;
}

/** Where and for whom changes are made: `tree` is that of the edit. */
export interface Workspace extends View {
  readonly edit: Edit;
  readonly quotas: Quotas;
  /** Nodes that a domain owned before the edit. */
  readonly nodesOwned: (domid: number) => number;
}

/** Whether an operation may change the tree. */
export function changesTree(operation: Operation): operation is Change {
  switch (operation.kind) {
    case 'write':
    case 'mkdir':
    case 'remove':
    case 'set-permissions':
      return true;
    case 'read':
    case 'list':
    case 'list-part':
    case 'get-permissions':
      return false;
  }
}

/** Does an operation of either kind. */
export function perform(space: Workspace, operation: Operation): Outcome {
  return changesTree(operation) ? change(space, operation) : look(space, operation);
}

/** Answers what leaves the tree as it is. */
export function look(view: View, operation: Look): Outcome {
  const node = view.tree.find(operation.path);
  const refused = refusal(view, operation.path, node, mayRead);
  if (refused !== undefined || node === undefined) return refused ?? failure('ENOENT');
  switch (operation.kind) {
    case 'read':
      return node.value;
    case 'list':
      return list(node);
    case 'list-part':
      return listPart(node, operation.offset);
    case 'get-permissions':
      return node.permissions.entries.map((entry) => `${formatPermission(entry)}\0`).join('');
  }
}

/** Changes the tree; what fails has changed nothing. */
export function change(space: Workspace, operation: Change): Outcome {
  const { path } = operation;
  switch (operation.kind) {
    case 'write':
      return write(space, path, operation.value);
    case 'mkdir':
      return mkdir(space, path);
    case 'remove':
      return remove(space, path);
    case 'set-permissions':
      return setPermissions(space, path, operation.permissions);
  }
}

/**
 * Why a node is not to be had, told to somebody who wanted the given rights to it: that it is
 * missing is known only to those with such rights to the nearest node above it.
 */
function refusal(
  view: View,
  path: string,
  node: TreeNode | undefined,
  wanted: (rights: Rights) => boolean,
): Failure | undefined {
  const { domains, subject, tree } = view;
  if (subject.domid === 0) return node === undefined ? failure('ENOENT') : undefined;
  if (node !== undefined) {
    return wanted(domains.rights(subject, node)) ? undefined : failure('EACCES');
  }
  const nearest = tree.findNearest(path);
  return failure(wanted(domains.rights(subject, nearest)) ? 'ENOENT' : 'EACCES');
}

const mayRead = (rights: Rights) => rights.read;
const mayWrite = (rights: Rights) => rights.write;

function list(node: TreeNode): Outcome {
  if (node.children === undefined) return '';
  return node.children.nameBytes > PAYLOAD_MAX ? failure('E2BIG') : node.children.listing();
}

/** The node's generation, as many whole names from `offset` as fit, and a NUL after the last. */
function listPart(node: TreeNode, offset: number): Outcome {
  const head = `${node.generation}\0`;
  const listing = node.children?.listing() ?? '';
  if (offset < 0 || offset >= listing.length) return `${head}\0`;
  const room = PAYLOAD_MAX - head.length - 1;
  if (listing.length - offset <= room) return `${head}${listing.slice(offset)}\0`;
  const end = listing.lastIndexOf('\0', offset + room - 1) + 1;
  return head + listing.slice(offset, Math.max(end, offset));
}

function write(space: Workspace, path: string, value: string): Outcome {
  const node = space.tree.find(path);
  const refused = refusal(space, path, node, mayWrite);
  if (node === undefined) {
    return refused?.code === 'ENOENT' ? create(space, path, value) : (refused ?? OK);
  }
  if (refused !== undefined) return refused;
  if (isTooBig(space, nodeSize(node) - node.value.length + value.length)) return failure('ENOSPC');
  space.edit.write(path, node, value);
  return OK;
}

function mkdir(space: Workspace, path: string): Outcome {
  const node = space.tree.find(path);
  const refused = refusal(space, path, node, mayWrite);
  if (node === undefined && refused?.code === 'ENOENT') return create(space, path, '');
  return refused ?? OK;
}

/** Creates a node and what is missing above it; all take after the nearest node that exists. */
function create(space: Workspace, path: string, value: string): Outcome {
  const { edit, subject } = space;
  const missing = [path];
  let parent = parentPath(path);
  let ancestor = parent === undefined ? undefined : space.tree.find(parent);
  while (parent !== undefined && ancestor === undefined) {
    missing.push(parent);
    parent = parentPath(parent);
    ancestor = parent === undefined ? undefined : space.tree.find(parent);
  }
  if (ancestor === undefined) return failure('ENOENT');
  const inherited = ancestor.permissions;
  const entries = inheritedPermissions(inherited.entries, subject.domid);
  const permissions = entries === inherited.entries ? inherited : { ...inherited, entries };
  missing.reverse();
  if (!hasRoomFor(space, ancestor, missing, value.length, entries.length)) return failure('ENOSPC');
  for (const created of missing) {
    edit.create(created, created === path ? value : '', permissions);
  }
  edit.announce(path);
  return OK;
}

/** Whether the quotas allow a domain to create these nodes, each below the one before it. */
function hasRoomFor(
  space: Workspace,
  ancestor: TreeNode,
  paths: readonly string[],
  valueBytes: number,
  permissions: number,
): boolean {
  const { subject, quotas, edit } = space;
  if (subject.domid === 0) return true;
  const owned = space.nodesOwned(subject.domid) + (edit.nodeDeltas.get(subject.domid) ?? 0);
  if (owned + paths.length > quotas.nodes) return false;
  const nameBytes = paths.map((path) => path.length - path.lastIndexOf('/'));
  if (isTooBig(space, nodeSize(ancestor) + (nameBytes[0] ?? 0))) return false;
  return paths.every((_, index) => {
    const below = nameBytes[index + 1];
    return !isTooBig(space, nodeSizeOf(permissions, below ? 0 : valueBytes, below ?? 0));
  });
}

function isTooBig(space: Workspace, size: number): boolean {
  return space.subject.domid !== 0 && size >= space.quotas['node-size'];
}

function remove(space: Workspace, path: string): Outcome {
  const { tree } = space;
  const node = tree.find(path);
  const refused = refusal(space, path, node, mayWrite);
  const parent = parentPath(path);
  if (node === undefined && refused?.code === 'ENOENT') {
    return parent !== undefined && tree.find(parent) !== undefined ? OK : refused;
  }
  if (refused !== undefined) return refused;
  if (parent === undefined) return failure('EINVAL');
  space.edit.remove(path);
  return OK;
}

function setPermissions(space: Workspace, path: string, permissions: PermissionList): Outcome {
  const { domains, edit, subject } = space;
  const { entries, epoch } = permissions;
  // It existed when the request came; a transaction may outlive it.
  const owner = entries[0]?.domid ?? 0;
  if (!domains.isKnownSince(owner, epoch)) return failure('ENOENT');
  const node = space.tree.find(path);
  const refused = refusal(space, path, node, (rights) =>
    node === undefined ? rights.write || rights.own : rights.write && rights.own,
  );
  if (refused !== undefined || node === undefined) return refused ?? failure('ENOENT');
  if (subject.domid !== 0 && owner !== node.owner) return failure('EPERM');
  const size = nodeSize(node) + 8 * (entries.length - node.permissions.entries.length);
  if (isTooBig(space, size)) return failure('ENOSPC');
  edit.setPermissions(path, node, permissions);
  return OK;
}
