import { escapeText } from './escape.js';
import { cell } from './table.js';

/** A key of a store and its value, which is `''` for a mere directory. */
export interface TreeEntry {
  /** Absolute, as the store gives it. */
  readonly path: string;
  readonly value: string;
}

interface Row {
  /** From below the root, `device/vbd/51712`. */
  readonly path: string;
  readonly text: string;
}

/** The keys below `root` as an indented tree, in the order of the store's paths. */
export function renderTree(root: string, entries: readonly TreeEntry[]): string {
  return [root, ...rowsBelow(root, entries).map((row) => `  ${row.text}`)]
    .map((line) => `${line}\n`)
    .join('');
}

export interface TreeSide {
  readonly root: string;
  readonly entries: readonly TreeEntry[];
}

/**
 * Two trees beside each other in `width` terminal cells, what has the same path below its root on
 * the same line.
 */
export function renderTreesSideBySide(left: TreeSide, right: TreeSide, width = 80): string {
  const half = Math.floor((width - 3) / 2);
  const leftRows = byPath(rowsBelow(left.root, left.entries));
  const rightRows = byPath(rowsBelow(right.root, right.entries));
  const paths = [...new Set([...leftRows.keys(), ...rightRows.keys()])].sort(comparePaths);
  const lines = [
    [left.root, right.root],
    ...paths.map((path) => [leftRows.get(path) ?? '', rightRows.get(path) ?? '']),
  ];
  return lines
    .map(([one = '', other = '']) => `${cell(one, half)} | ${cell(other, half)}`.trimEnd())
    .map((line) => `${line}\n`)
    .join('');
}

function rowsBelow(root: string, entries: readonly TreeEntry[]): Row[] {
  const prefix = root.endsWith('/') ? root : `${root}/`;
  return entries
    .filter((entry) => entry.path.startsWith(prefix))
    .map((entry) => ({ path: entry.path.slice(prefix.length), value: entry.value }))
    .sort((one, other) => comparePaths(one.path, other.path))
    .map(({ path, value }) => ({ path, text: describe(path, value) }));
}

function describe(path: string, value: string): string {
  const segments = path.split('/');
  const name = segments[segments.length - 1] ?? path;
  return `${'  '.repeat(segments.length - 1)}${escapeText(name)} = "${escapeText(value)}"`;
}

function byPath(rows: readonly Row[]): Map<string, string> {
  return new Map(rows.map((row) => [row.path, row.text]));
}

/** Segment by segment, so that a key comes right before what is below it; numbers by value. */
export function comparePaths(left: string, right: string): number {
  const ours = left.split('/');
  const theirs = right.split('/');
  for (const [index, segment] of ours.entries()) {
    const other = theirs[index];
    if (other === undefined) return 1;
    if (segment !== other) return compareNames(segment, other);
  }
  return ours.length - theirs.length;
}

function compareNames(left: string, right: string): number {
  if (/^\d+$/.test(left) && /^\d+$/.test(right)) {
    const difference = Number(left) - Number(right);
    if (difference !== 0) return difference;
  }
  return left < right ? -1 : 1;
}
