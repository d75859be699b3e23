import type { Frame } from '../xenstore/wire.js';

/** The only string of a payload that must be one: one NUL, at the end. */
export function soleString(frame: Frame): string | undefined {
  const last = frame.payloadLength - 1;
  return last >= 0 && frame.nulAfter(0) === last ? frame.text(0, last) : undefined;
}

/** The strings of a payload, each with its NUL; undefined when the last one lacks it. */
export function strings(frame: Frame): string[] | undefined {
  const found: string[] = [];
  for (let start = 0; start < frame.payloadLength; ) {
    const nul = frame.nulAfter(start);
    if (nul < 0) return undefined;
    found.push(frame.text(start, nul));
    start = nul + 1;
  }
  return found;
}

/** What comes before and after the first NUL; undefined when there is none. */
export function splitAtNul(frame: Frame): { head: string; tail: string } | undefined {
  const nul = frame.nulAfter(0);
  if (nul < 0) return undefined;
  // Decoded apart, so that the tree does not keep the whole payload for the sake of a part.
  return { head: frame.text(0, nul), tail: frame.text(nul + 1) };
}

/** A number as C's atoi reads it: leading blanks and junk behind are ignored, no digits are 0. */
export function atoi(text: string): number {
  const digits = /^[ \t\n\v\f\r]*([+-]?[0-9]+)/.exec(text)?.[1];
  return digits === undefined ? 0 : Number(BigInt.asIntN(32, BigInt(digits)));
}
