import { escapeText } from '../escape.js';

/** Columns of xl are as wide as printf makes them: it counts bytes. */
export function padToBytes(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - Buffer.byteLength(text)));
}

/** A domain's name as xl shows it, in so many bytes: `(null)` where the store has none. */
export function nameColumn(name: string | null, width: number): string {
  return padToBytes(name === null ? '(null)' : escapeText(name), width);
}

/** printf's `%5d`; a negative width is its `%-5d`. */
export function column(value: number | string, width: number): string {
  const text = String(value);
  return width < 0 ? text.padEnd(-width) : text.padStart(width);
}

/** printf's `%.1f` of the seconds. xl computes them from a float, so we do. */
export function cpuSeconds(nanoseconds: number): string {
  const seconds = Math.fround(nanoseconds) / 1e9;
  // Only quarters lie exactly between two tenths; printf rounds those to the even one.
  return seconds % 1 === 0.25 ? `${Math.floor(seconds)}.2` : seconds.toFixed(1);
}

/** Lines, each with a line feed at its end. */
export function inLines(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
