/** Reports what is wrong at an offset of the text between the quotes. */
export type EscapeFault = (offset: number, message: string, suggestion: string) => Error;

const SIMPLE: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '\\': '\\',
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|([0-7]{1,3})|([^x0-7]))/y;

/**
 * Takes the escapes out of the text between two quotes: `\" \' \\ \a \b \f \n \r \t \v`, `\xHH`
 * (two hexadecimal digits) and `\o`, `\oo`, `\ooo` (octal). The numeric ones stand for bytes, as
 * they do in C, so several of them may spell one character in UTF-8.
 *
 * @throws what `fault` makes of an escape that is none of these, or that spells no text
 */
export function resolveEscapes(raw: string, fault: EscapeFault): string {
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  let offset = 0;
  while (offset < raw.length) {
    const backslash = raw.indexOf('\\', offset);
    const end = backslash === -1 ? raw.length : backslash;
    for (const byte of encoder.encode(raw.slice(offset, end))) bytes.push(byte);
    if (backslash === -1) break;
    // Xen's own lexer (xlu__cfgl_dequote) skips the character after `\x`, reads the octal digits in
    // base 10 and then stores neither value. No working config can rely on that; the documented
    // meaning is the one followed here.
    ESCAPE.lastIndex = backslash;
    const match = ESCAPE.exec(raw);
    const byte = match === null ? undefined : escapedByte(match);
    if (match === null || byte === undefined) {
      const shown = raw.slice(backslash, backslash + 2);
      throw fault(
        backslash,
        `${shown} begins no escape that a quoted string knows`,
        'Write \\\\ for a backslash; the escapes are \\" \\\' \\a \\b \\f \\n \\r \\t \\v, \\x with two hexadecimal digits, and up to three octal digits.',
      );
    }
    if (byte === 0) {
      throw fault(backslash, 'a string cannot contain a NUL character', 'Take the escape out.');
    }
    bytes.push(byte);
    offset = backslash + match[0].length;
  }
  return decode(Uint8Array.from(bytes), fault);
}

function escapedByte([, hex, octal, simple]: RegExpExecArray): number | undefined {
  if (hex !== undefined) return Number.parseInt(hex, 16);
  if (octal !== undefined) {
    const value = Number.parseInt(octal, 8);
    return value <= 0xff ? value : undefined;
  }
  return SIMPLE[simple ?? '']?.charCodeAt(0);
}

function decode(bytes: Uint8Array, fault: EscapeFault): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (thrown) {
    if (!(thrown instanceof TypeError)) throw thrown;
    throw fault(
      0,
      'the numeric escapes of this string spell no UTF-8 text',
      'Write the characters themselves, in UTF-8.',
    );
  }
}
