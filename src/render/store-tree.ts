import { escapeValue } from './store-value.js';

/** A node as a walk through the store found it. */
export interface StoreRow {
  /** How far below the path that was asked for; 0 for its children. */
  readonly depth: number;
  readonly name: string;
  readonly path: string;
  /** Undefined where it could not be read. */
  readonly value: Uint8Array | undefined;
  /** `n0`, `r5`; undefined where they were not asked for or could not be read. */
  readonly permissions: readonly string[] | undefined;
}

export interface TreeManner {
  /** Full paths instead of indented names. */
  readonly flat: boolean;
  readonly showPermissions: boolean;
  /** Columns of the terminal; undefined when there is none. */
  readonly columns: number | undefined;
}

/** How wide a line becomes off a terminal, and where its permissions begin. */
const PLAIN_WIDTH = 80;
const PERMISSIONS_COLUMN = 60;
const UNLIMITED = Number.POSITIVE_INFINITY;
/** What every line has besides its name and its value when that is shortened: ` = "..."`. */
const FRAME_WIDTH = 8;

/** A node as a line of xenstore-ls, byte for byte, with its line feed. */
export function renderStoreRow(row: StoreRow, manner: TreeManner): string {
  const { value, permissions } = row;
  const label = labelOf(row, manner);
  const shown = value === undefined ? ':\n' : renderValue(label.width, value, manner);
  const listed = permissions === undefined ? '' : `  (${permissions.map(printable).join(',')})`;
  return `${label.text}${shown}${listed}\n`;
}

/** The path of a flat line counts for nothing in its width. */
function labelOf(
  { depth, name, path }: StoreRow,
  manner: TreeManner,
): { readonly text: string; readonly width: number } {
  if (manner.flat) return { text: printable(path), width: 0 };
  const text = ' '.repeat(depth) + cut(printable(name), widthOf(manner) - FRAME_WIDTH - depth);
  return { text, width: text.length };
}

function renderValue(labelWidth: number, value: Uint8Array, manner: TreeManner): string {
  const width = widthOf(manner);
  const text = escapeValue(value);
  // A value is measured unescaped and cut escaped: so it is in the original.
  if (labelWidth + value.length + FRAME_WIDTH > width) {
    return ` = "${cut(text, width - FRAME_WIDTH - labelWidth)}\\..."`;
  }
  const shown = ` = "${text}"`;
  return manner.showPermissions ? `${shown} ${dots(labelWidth + shown.length + 1, manner)}` : shown;
}

/** What leads the eye from the end of a value to its permissions. */
function dots(from: number, manner: TreeManner): string {
  const width = widthOf(manner);
  const end = manner.flat || width === UNLIMITED ? 0 : Math.min(PERMISSIONS_COLUMN, width);
  let text = '';
  for (let column = from; column < end; column++) text += column % 2 === 1 ? '.' : ' ';
  return text;
}

/** A terminal that does not know its width has none to respect. */
function widthOf({ flat, columns }: TreeManner): number {
  if (columns === undefined) return flat ? UNLIMITED : PLAIN_WIDTH;
  return columns < 2 ? UNLIMITED : columns - 2;
}

/** printf's `%.*s`: a negative limit is none. */
function cut(text: string, limit: number): string {
  return limit < 0 ? text : text.slice(0, limit);
}

/** A daemon lets no other names pass than printable ones; but which daemon is this? */
function printable(text: string): string {
  return escapeValue(Buffer.from(text));
}
