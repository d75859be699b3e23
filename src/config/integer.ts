/**
 * Reads an integer as C's `strtol` does with base 0: `0x` is hexadecimal, a leading `0` octal.
 *
 * @returns undefined for other text, and for numbers that a double cannot hold exactly
 */
export function parseInteger(text: string): number | undefined {
  const match = /^\s*([+-]?)(?:0[xX]([0-9a-fA-F]+)|(0[0-7]*)|([1-9][0-9]*))$/.exec(text);
  if (match === null) return undefined;
  const [, sign, hex, octal, decimal] = match;
  const value =
    hex !== undefined
      ? Number.parseInt(hex, 16)
      : octal !== undefined
        ? Number.parseInt(octal, 8)
        : Number(decimal);
  if (!Number.isSafeInteger(value)) return undefined;
  // Not `-value`: there is no negative zero in xl.cfg.
  return sign === '-' ? 0 - value : value;
}
