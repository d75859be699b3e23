import stringWidth from 'string-width';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Gives way when the table is too wide; one column at most. */
  readonly flexible?: true;
}

const GAP = '  ';
const MIN_FLEXIBLE_WIDTH = 8;

/**
 * A table in columns, with a line feed at the end of each line and no blanks before it. When it
 * is wider than `width` terminal cells the flexible column is cut short.
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): string {
  const titles = columns.map((column) => column.title);
  const widths = fitWidths(columns, [titles, ...rows], width);
  return [titles, ...rows].map((row) => `${line(row)}\n`).join('');

  function line(row: readonly string[]): string {
    return columns
      .map((column, index) => cell(row[index] ?? '', widths[index] ?? 0, column.align))
      .join(GAP)
      .trimEnd();
  }
}

/** `text` in exactly `width` cells: cut with an ellipsis, or padded. */
export function cell(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const shown = truncate(text, width);
  const padding = ' '.repeat(Math.max(0, width - stringWidth(shown)));
  return align === 'left' ? shown + padding : padding + shown;
}

/** `text` in at most `width` cells. */
export function truncate(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let shown = '';
  let used = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    const cells = stringWidth(segment);
    if (used + cells > width - 1) break;
    shown += segment;
    used += cells;
  }
  return width > 0 ? `${shown}…` : '';
}

function fitWidths(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): number[] {
  const natural = columns.map((_, index) =>
    rows.reduce((widest, row) => Math.max(widest, stringWidth(row[index] ?? '')), 0),
  );
  const excess =
    natural.reduce((sum, each) => sum + each, 0) + GAP.length * (columns.length - 1) - width;
  if (excess <= 0) return natural;
  return natural.map((each, index) =>
    columns[index]?.flexible ? Math.min(each, Math.max(MIN_FLEXIBLE_WIDTH, each - excess)) : each,
  );
}
