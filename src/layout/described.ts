import type { Key } from './key.js';
import { type Section, STORE_MAP } from './map.js';

/** A key of the map under its whole path. */
export interface DescribedKey {
  /** With `<name>` for what differs. */
  readonly path: string;
  readonly key: Key<never>;
  readonly section: Section;
}

/** What the names in brackets stand for in a path: `domid` → `5`. */
export type Bindings = ReadonlyMap<string, string>;

/** Every key of the map; what several tables say of one path is told by the first. */
export const DESCRIBED_KEYS: readonly DescribedKey[] = [
  ...new Map(
    STORE_MAP.flatMap((section) =>
      section.tables.flatMap((table) =>
        table.map((key) => ({ path: join(section.root, key.path), key, section })),
      ),
    )
      // The later entry of a Map would win.
      .reverse()
      .map((described) => [described.path, described] as const),
  ).values(),
].reverse();

interface Pattern {
  readonly described: DescribedKey;
  /** The names that are not in brackets, and where they are: most paths differ in one of them. */
  readonly literals: readonly (readonly [number, string])[];
}

/** By how many names they have. */
const PATTERNS: ReadonlyMap<number, readonly Pattern[]> = DESCRIBED_KEYS.reduce(
  (patterns, described) => {
    const names = described.path.split('/');
    const literals = [...names.entries()].filter(([, name]) => !name.includes('<'));
    const alike = patterns.get(names.length) ?? [];
    return patterns.set(names.length, [...alike, { described, literals }]);
  },
  new Map<number, readonly Pattern[]>(),
);

/** The description that fits a path best: the one with the fewest names in brackets. */
export function findDescribed(
  path: string,
): { readonly described: DescribedKey; readonly bindings: Bindings } | undefined {
  const names = path.split('/');
  let best: { described: DescribedKey; bindings: Bindings } | undefined;
  for (const { described, literals } of PATTERNS.get(names.length) ?? []) {
    // A name in brackets may be asked for as such.
    if (literals.some(([at, name]) => names[at] !== name && !names[at]?.includes('<'))) continue;
    const bindings = matchPath(described.path, path);
    if (bindings === undefined) continue;
    if (best === undefined || bindings.size < best.bindings.size) best = { described, bindings };
  }
  return best;
}

/** What stands for each name in brackets; undefined when the path does not fit the pattern. */
export function matchPath(pattern: string, path: string): Bindings | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const bindings = new Map<string, string>();
  for (const [index, want] of wanted.entries()) {
    if (!matchName(want, given[index] ?? '', bindings)) return undefined;
  }
  return bindings;
}

const PLACES: Readonly<Record<string, RegExp>> = {
  domid: /^(\d{1,5}|<[\w-]+>)$/,
  'backend-domid': /^(\d{1,5}|<[\w-]+>)$/,
  uuid: /^([\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}|<[\w-]+>)$/,
  vcpu: /^(\d+|<[\w-]+>)$/,
  page: /^\d+$/,
  n: /^\d+$/,
};

/** One name of a path: itself, `<name>`, or with something before it, as `queue-<n>`. */
function matchName(want: string, given: string, bindings: Map<string, string>): boolean {
  if (want === given) return true;
  const place = /^([^<]*)<([\w-]+)>$/.exec(want);
  if (place === null) return false;
  const [, before = '', name = ''] = place;
  const value = given.slice(before.length);
  if (!given.startsWith(before) || value === '') return false;
  if (!(PLACES[name] ?? /./).test(value)) return false;
  bindings.set(name, value);
  return true;
}

function join(root: string, path: string): string {
  return path === '' ? root : `${root}/${path}`;
}
