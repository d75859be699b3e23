/** The only string of a payload that must be one: one NUL, at the end. */
export function soleString(payload: Buffer): string | undefined {
  return payload.indexOf(0) === payload.length - 1 && payload.length > 0
    ? payload.toString('latin1', 0, payload.length - 1)
    : undefined;
}

/** The strings of a payload, each with its NUL; undefined when the last one lacks it. */
export function strings(payload: Buffer): string[] | undefined {
  if (payload.length === 0) return [];
  if (payload[payload.length - 1] !== 0) return undefined;
  return payload.toString('latin1', 0, payload.length - 1).split('\0');
}

/** What comes before and after the first NUL; undefined when there is none. */
export function splitAtNul(payload: Buffer): { head: string; tail: string } | undefined {
  const nul = payload.indexOf(0);
  if (nul < 0) return undefined;
  // Decoded apart, so that the tree does not keep the whole payload for the sake of a part.
  return { head: payload.toString('latin1', 0, nul), tail: payload.toString('latin1', nul + 1) };
}

/** A number as C's atoi reads it: leading blanks and junk behind are ignored, no digits are 0. */
export function atoi(text: string): number {
  const digits = /^[ \t\n\v\f\r]*([+-]?[0-9]+)/.exec(text)?.[1];
  return digits === undefined ? 0 : Number(BigInt.asIntN(32, BigInt(digits)));
}
