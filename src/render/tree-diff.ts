import type { StoreChange } from '../model/index.js';
import { type Palette, PLAIN } from './colour.js';
import { escapeValue } from './store-value.js';
import { comparePaths } from './tree.js';

type Mark = '+' | '-' | '~' | ' ';

interface Row {
  readonly mark: Mark;
  readonly depth: number;
  readonly label: string;
  /** One, or what is and what would be. */
  readonly values: readonly string[];
  readonly permissions: string;
}

interface Manner {
  /** Terminal cells. */
  readonly width: number;
  readonly palette?: Palette;
}

/** How many cells each level of the tree takes. */
const INDENT = 2;
const ARROW = ' -> ';
/** A value is not cut shorter than this for its permissions to fit. */
const MIN_VALUE_WIDTH = 12;

/**
 * What would become of a store, as a tree: `+` for a node that would be new, `-` for one that would
 * go, `~` for one that would change, with ` -> ` between what is and what would be. Nodes that stay
 * as they are appear where something below them does not, several on a line where they can.
 * Permissions are in brackets: all of a node that comes or goes, else where they would change.
 */
export function renderTreeDiff(
  changes: readonly StoreChange[],
  { width, palette = PLAIN }: Manner,
): string {
  return rowsOf(changes)
    .map((row) => `${colour(lineOf(row, width), row.mark, palette)}\n`)
    .join('');
}

/** `3 new, 1 changed, 2 gone`; undefined where there is nothing to count. */
export function countChanges(changes: readonly StoreChange[]): string | undefined {
  const marks = changes.map(markOf);
  const count = (mark: Mark): number => marks.filter((each) => each === mark).length;
  const counts = [
    [count('+'), 'new'],
    [count('~'), 'changed'],
    [count('-'), 'gone'],
  ] as const;
  const said = counts.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`);
  return said.length === 0 ? undefined : said.join(', ');
}

function rowsOf(changes: readonly StoreChange[]): Row[] {
  const sorted = [...changes].sort((one, other) => comparePaths(one.path, other.path));
  const open: string[] = [];
  const rows: Row[] = [];
  for (const change of sorted) {
    const path = change.path === '/' ? '' : change.path;
    while (open.length > 0 && !path.startsWith(`${open.at(-1)}/`)) open.pop();
    const others = sorted.map((each) => each.path);
    for (const above of branchesAbove(path, open.at(-1) ?? '', others)) {
      rows.push(row(' ', open, above, [], ''));
      open.push(above);
    }
    rows.push(row(markOf(change), open, path, ...describe(change)));
    open.push(path);
  }
  return rows;
}

function row(
  mark: Mark,
  open: readonly string[],
  path: string,
  values: readonly string[],
  permissions: string,
): Row {
  const above = open.at(-1);
  const label = above === undefined ? path || '/' : path.slice(above.length + 1);
  return { mark, depth: open.length, label, values, permissions };
}

/** Where, between a line that stands and a node, the tree of what changes divides. */
function branchesAbove(path: string, from: string, all: readonly string[]): string[] {
  const branches: string[] = [];
  for (let at = path.lastIndexOf('/'); at > from.length; at = path.lastIndexOf('/', at - 1)) {
    const candidate = path.slice(0, at);
    const below = all.filter((each) => each.startsWith(`${candidate}/`));
    const next = new Set(below.map((each) => each.slice(at + 1).split('/')[0]));
    if (next.size > 1) branches.unshift(candidate);
  }
  return branches;
}

function describe({ before, after }: StoreChange): [values: string[], permissions: string] {
  const [is, becomes] = [before ?? after, after ?? before];
  if (is === undefined || becomes === undefined) return [[], ''];
  const whole = before === undefined || after === undefined;
  const permissions =
    is.permissions === becomes.permissions
      ? whole
        ? `(${is.permissions})`
        : ''
      : `(${is.permissions})${ARROW}(${becomes.permissions})`;
  const values = is.value === becomes.value ? [is.value] : [is.value, becomes.value];
  return [values.map(shown), permissions];
}

function shown(value: string): string {
  return `"${escapeValue(Buffer.from(value))}"`;
}

function markOf({ before, after }: StoreChange): Mark {
  if (before === undefined) return '+';
  return after === undefined ? '-' : '~';
}

/** One line, values cut where it would be too long. */
function lineOf({ mark, depth, label, values, permissions }: Row, width: number): string {
  const name = `${mark} ${' '.repeat(depth * INDENT)}${label}`;
  if (values.length === 0) return name;
  const tail = permissions === '' ? '' : `  ${permissions}`;
  const room = width - `${name} = ${tail}`.length - (values.length - 1) * ARROW.length;
  const each = Math.max(Math.floor(room / values.length), MIN_VALUE_WIDTH);
  const shorter = values.filter((value) => value.length < each);
  const spared = shorter.reduce((sum, value) => sum + each - value.length, 0);
  return `${name} = ${values.map((value) => cut(value, each + spared)).join(ARROW)}${tail}`;
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

function colour(line: string, mark: Mark, palette: Palette): string {
  switch (mark) {
    case '+':
      return palette.good(line);
    case '-':
      return palette.bad(line);
    case '~':
      return palette.heading(line);
    case ' ':
      return palette.faint(line);
  }
}
