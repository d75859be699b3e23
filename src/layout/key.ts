import type { Domid } from '../model/index.js';
import type { Permissions } from '../xenstore/permissions.js';
import type { Format } from './format.js';
import type { Life } from './life.js';

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
export type Writer =
  | 'toolstack'
  | 'guest'
  | 'back end'
  | 'hotplug script'
  | 'xenconsoled'
  | 'xenstored'
  | 'device model'
  | 'domain 0';

/** Where a key comes from, and who looks for it. */
export const SOURCES = {
  xl: 'xl 4.17 writes it',
  xen: "Xen's drivers and public headers",
  manual: 'the XenStore chapter of the Xen 3.0 interface manual; xl does not write it',
  xend: 'xend; xl does not write it',
  domovoi: 'Domovoi alone',
} as const;
export type Source = keyof typeof SOURCES;

/** Which readers a domain's tree is for: those of xl alone, or those of the old manual as well. */
export type Layout = 'xl' | 'both';

/** What readers of the old manual look for in a node that xl leaves empty, or fills otherwise. */
export interface ManualValue<Facts> {
  /** What it says and how, where it is something else. */
  readonly about?: string;
  readonly format?: Format;
  /** Undefined: the node is as xl writes it. */
  readonly value: (facts: Facts) => string | undefined;
}

/**
 * One key of the store map. The tables of these are the only place where a path, a format or a
 * permission is spelled; setting up, explaining and checking are derived from them.
 */
export interface Key<Facts> {
  /** Relative to the table's root, with `<name>` for what {@link Key.each} gives. */
  readonly path: string;
  readonly format: Format;
  /** What it says. */
  readonly about: string;
  readonly access: Access;
  /** `toolstack` unless said. */
  readonly writer?: Writer;
  /** `xl` unless said. */
  readonly source?: Source;
  /** That of its table unless said. */
  readonly life?: Life;
  /**
   * Its first value. Undefined: the key does not exist for such a domain. A key without it is
   * described, and written by others.
   */
  readonly value?: (facts: Facts, each: string) => string | undefined;
  readonly manual?: ManualValue<Facts>;
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

/** Writes a table's keys one by one: all that they have in common is said once. */
export function keysOf<Facts>(access: Access, common: Partial<Key<Facts>> = {}) {
  return (
    path: string,
    format: Format,
    about: string,
    value?: Key<Facts>['value'],
    more: Partial<Key<Facts>> = {},
  ): Key<Facts> => ({
    path,
    format,
    about,
    access,
    ...common,
    ...(value === undefined ? {} : { value }),
    ...more,
  });
}

/** The nodes that a table gives for these facts, below `root`, in the order of the table. */
export function nodesOf<Facts>(
  table: KeyTable<Facts>,
  root: string,
  facts: Facts,
  parties: Parties,
  layout: Layout = 'both',
): Node[] {
  return table
    .filter((key) => isIn(layout, key))
    .flatMap((key) =>
      (key.each?.(facts) ?? ['']).flatMap((each) => {
        const manual = layout === 'both' ? key.manual?.value(facts) : undefined;
        const value = manual ?? key.value?.(facts, each);
        if (value === undefined) return [];
        const relative = key.path.replace(/<[\w-]+>/, each);
        const path = relative === '' ? root : `${root}/${relative}`;
        return [{ path, value, permissions: permissionsFor(key.access, parties) }];
      }),
    );
}

function isIn(layout: Layout, { source = 'xl' }: Pick<Key<never>, 'source'>): boolean {
  return layout === 'both' || source === 'xl' || source === 'xen';
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
