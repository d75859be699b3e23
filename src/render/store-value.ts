/** Values of the store as the tools of Xen print them (xenstore-read) and take them (xenstore-write). */

const SHORT: Readonly<Record<string, string>> = {
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\\': '\\\\',
};

/** The bytes of a value as printable ASCII: `\t`, `\n`, `\r`, `\\`, `\001` below 8, `\x1b`. */
export function escapeValue(value: Uint8Array): string {
  return latin1(value).replace(
    /[^ -[\]-~]/g,
    (character) => SHORT[character] ?? escapeByte(character.charCodeAt(0)),
  );
}

function escapeByte(byte: number): string {
  return byte < 8 ? `\\${byte.toString(8).padStart(3, '0')}` : `\\x${hexByte(byte)}`;
}

function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

/**
 * An escape, read as the tools read it, with sscanf: `%2x` skips white space and takes a sign or
 * `0x` for digits. A backslash before anything else is dropped; one at the very end is a NUL.
 */
const ESCAPE =
  /\\(?:x(?:[\t-\r ]*(?:([+-])([0-9a-fA-F])|(0[xX])|([0-9a-fA-F]{1,2})))?|([0-7]{1,3})|([\s\S]?))/g;

const MEANING: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', '': '\0' };

/** The bytes that an escaped text stands for; other characters are their UTF-8. Never fails. */
export function unescapeValue(text: string): Buffer {
  const bytes = latin1(Buffer.from(text)).replace(
    ESCAPE,
    (match, ...[sign, signed, zero, hex, octal, other]: (string | undefined)[]) => {
      if (signed !== undefined) {
        const digit = Number.parseInt(signed, 16);
        return byteCharacter(sign === '-' ? -digit : digit);
      }
      if (zero !== undefined) return '\0';
      if (hex !== undefined) return byteCharacter(Number.parseInt(hex, 16));
      if (octal !== undefined) return byteCharacter(Number.parseInt(octal, 8));
      if (other !== undefined) return MEANING[other] ?? other;
      return match.slice(1);
    },
  );
  return Buffer.from(bytes, 'latin1');
}

function byteCharacter(code: number): string {
  return String.fromCharCode(code & 0xff);
}

/** One character for each byte. */
function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
