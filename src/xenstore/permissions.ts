import { XenStoreError } from './errors.js';

/** `n` nothing, `r` read, `w` write, `b` both. */
export type Access = 'n' | 'r' | 'w' | 'b';

/** One entry of a node's permission list. */
export interface Permission {
  readonly access: Access;
  readonly domid: number;
}

/**
 * A node's permissions. The first entry names the owner, and its letter is what all domains may
 * that no later entry names.
 */
export type Permissions = readonly Permission[];

/** Who wants something: domain 0 may all; a domain with a target has its target's rights too. */
export interface Subject {
  readonly domid: number;
  readonly target?: number | undefined;
}

/** What a subject may do with a node. The owner, and only it, may also change permissions. */
export interface Rights {
  readonly read: boolean;
  readonly write: boolean;
  readonly own: boolean;
}

const NOTHING: Rights = { read: false, write: false, own: false };
const EVERYTHING: Rights = { read: true, write: true, own: true };
const rightsOfAccess: Readonly<Record<Access, Rights>> = {
  n: NOTHING,
  r: { read: true, write: false, own: false },
  w: { read: false, write: true, own: false },
  b: { read: true, write: true, own: false },
};

/**
 * The rights a permission list gives. An empty list gives nothing to anyone but domain 0.
 *
 * @param isAlive whether the entries that name this domain still count; the owner's always does
 */
export function rightsOf(
  subject: Subject,
  permissions: Permissions,
  isAlive: (domid: number) => boolean = () => true,
): Rights {
  if (subject.domid === 0) return EVERYTHING;
  const owner = permissions[0];
  if (owner === undefined) return NOTHING;
  if (isSelfOrTarget(subject, owner.domid)) return EVERYTHING;
  for (let index = 1; index < permissions.length; index++) {
    const entry = permissions[index];
    if (entry !== undefined && isSelfOrTarget(subject, entry.domid) && isAlive(entry.domid)) {
      return rightsOfAccess[entry.access];
    }
  }
  return rightsOfAccess[owner.access];
}

function isSelfOrTarget(subject: Subject, domid: number): boolean {
  return subject.domid === domid || subject.target === domid;
}

/**
 * What a new node gets from its parent: the whole list, with the creator as owner when the creator
 * is an unprivileged domain.
 */
export function inheritedPermissions(parent: Permissions, creator: number): Permissions {
  const owner = parent[0];
  if (creator === 0 || owner === undefined || owner.domid === creator) return parent;
  return [{ access: owner.access, domid: creator }, ...parent.slice(1)];
}

const entry = /^([nrwb])([+-]?(?:0[xX][0-9a-fA-F]+|[0-9]+))$/;

/**
 * Reads one entry such as `r5`. The number may be decimal, `0x` hexadecimal or `0` octal, as C's
 * strtol reads it. Undefined when the text is no entry.
 */
export function parsePermission(text: string): Permission | undefined {
  const match = entry.exec(text);
  const letter = match?.[1];
  const digits = match?.[2];
  if (letter === undefined || digits === undefined) return undefined;
  const domid = parseStrtol(digits);
  return domid === undefined ? undefined : { access: letter as Access, domid };
}

function parseStrtol(text: string): number | undefined {
  const negative = text.startsWith('-');
  const digits = text.replace(/^[+-]/, '');
  if (/^0[0-7]*[89]/.test(digits)) return undefined;
  const value = /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
  return (negative ? -value : value) | 0;
}

/** One entry as the wire and the tools write it: `r5`. */
export function formatPermission(permission: Permission): string {
  return `${permission.access}${permission.domid}`;
}

/** Reads a list such as `n0,r1`. @throws XenStoreError EINVAL */
export function parsePermissions(text: string): Permission[] {
  return text.split(',').map((part) => {
    const permission = parsePermission(part);
    if (permission === undefined) {
      throw new XenStoreError(
        'EINVAL',
        `"${part}" in "${text}" is not a permission such as n0, r5, w5 or b5`,
      );
    }
    return permission;
  });
}

/** The list in one line: `n0,r1`. */
export function formatPermissions(permissions: Permissions): string {
  return permissions.map(formatPermission).join(',');
}
