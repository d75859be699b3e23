import type { Domid } from '../model/index.js';
import type { Permissions } from '../xenstore/permissions.js';

/** Who may do what with a key, as the domain it belongs to sees it. */
export type Access =
  /** Domain 0 only. */
  | 'hidden'
  /** The guest may read. */
  | 'guest-reads'
  /** The guest owns it and may write what it likes. */
  | 'guest-owns'
  /** A front end's key: the guest owns it, the back end's domain reads. */
  | 'front-end'
  /** A back end's key: its domain owns it, the guest reads. */
  | 'back-end'
  /** Below /vm: every incarnation of the domain on this host may read. */
  | 'incarnations-read';

/** Who keeps a key's value. */
export type Writer = 'toolstack' | 'guest' | 'back end' | 'xenconsoled';

/**
 * One key of the store map. The tables of these are the only place where a path, a format or a
 * permission is spelled; setting up, and later explaining and checking, are derived from them.
 */
export interface Key<Facts> {
  /** Relative to the table's root, with `<name>` for what {@link Key.each} gives. */
  readonly path: string;
  /** What it says, with format and unit. */
  readonly about: string;
  readonly access: Access;
  /** `toolstack` unless said. */
  readonly writer?: Writer;
  /** `manual`: only readers of the old XenStore manual look for it; xl does not write it. */
  readonly layout?: 'xl' | 'manual';
  /** Undefined: the key does not exist for such a domain. */
  readonly value: (facts: Facts, each: string) => string | undefined;
  /** For a key that is there several times: what stands for `<name>`, for each. */
  readonly each?: (facts: Facts) => readonly string[];
}

export type KeyTable<Facts> = readonly Key<Facts>[];

/** A node as it is to be written. */
export interface Node {
  readonly path: string;
  readonly value: string;
  readonly permissions: Permissions;
}

/** Whose permissions a table's keys get. */
export interface Parties {
  readonly domid: Domid;
  readonly backendDomid: Domid;
  /** All domains with the UUID on this host, for what they share. */
  readonly incarnations: readonly Domid[];
}

/** The nodes that a table gives for these facts, below `root`, in the order of the table. */
export function nodesOf<Facts>(
  table: KeyTable<Facts>,
  root: string,
  facts: Facts,
  parties: Parties,
): Node[] {
  return table.flatMap((key) =>
    (key.each?.(facts) ?? ['']).flatMap((each) => {
      const value = key.value(facts, each);
      if (value === undefined) return [];
      const relative = key.path.replace(/<\w+>/, each);
      const path = relative === '' ? root : `${root}/${relative}`;
      return [{ path, value, permissions: permissionsFor(key.access, parties) }];
    }),
  );
}

export function permissionsFor(access: Access, parties: Parties): Permissions {
  const { domid, backendDomid, incarnations } = parties;
  switch (access) {
    case 'hidden':
      return [{ access: 'n', domid: 0 }];
    case 'guest-reads':
      return [
        { access: 'n', domid: 0 },
        { access: 'r', domid },
      ];
    case 'guest-owns':
      return [{ access: 'n', domid }];
    case 'front-end':
      return [
        { access: 'n', domid },
        { access: 'r', domid: backendDomid },
      ];
    case 'back-end':
      return [
        { access: 'n', domid: backendDomid },
        { access: 'r', domid },
      ];
    case 'incarnations-read':
      return [
        { access: 'n', domid: 0 },
        ...incarnations.map((incarnation) => ({ access: 'r' as const, domid: incarnation })),
      ];
  }
}
