import { type Kib, kib } from '../model/index.js';

const SHIFTS: Readonly<Record<string, number>> = { b: -10, k: 0, m: 10, g: 20, t: 30 };

/**
 * Reads a size of memory as xl does (`parse_mem_size_kb`): MiB, or what a letter behind it says: b, k, m,
 * g or t.
 * @returns KiB, negative where a negative size was asked for; undefined for what is no size
 */
export function parseMemorySize(text: string): number | undefined {
  const match = /^([+-]?\d{1,15})([bkmgt]?)$/i.exec(text);
  if (match === null) return undefined;
  const letter = (match[2] ?? '').toLowerCase();
  const size = Math.floor(Number(match[1]) * 2 ** (SHIFTS[letter] ?? 10));
  // xl uses it for "no size" itself.
  return size === -1 ? undefined : size;
}

/** What can be asked of a domain: undefined for what is no size of anything. */
export function possibleSize(size: number): Kib | undefined {
  return Number.isSafeInteger(size) && size >= 0 ? kib(size) : undefined;
}
