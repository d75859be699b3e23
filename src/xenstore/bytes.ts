// Numbers and short texts in buffers, by hand: the methods of Buffer take longer than all the rest
// that is done with a short message. Numbers are little-endian, texts one byte per character.

/** Beyond this many bytes Buffer's own method is faster. */
const SHORT = 48;

/** Reads a u32; bytes beyond the end count as 0. */
export function readU32(bytes: Buffer, offset: number): number {
  return (
    (byteAt(bytes, offset) |
      (byteAt(bytes, offset + 1) << 8) |
      (byteAt(bytes, offset + 2) << 16) |
      (byteAt(bytes, offset + 3) << 24)) >>>
    0
  );
}

function byteAt(bytes: Buffer, offset: number): number {
  return bytes[offset] ?? 0;
}

/** Writes the low 32 bits of a number. */
export function putU32(bytes: Buffer, offset: number, value: number): void {
  bytes[offset] = value;
  bytes[offset + 1] = value >>> 8;
  bytes[offset + 2] = value >>> 16;
  bytes[offset + 3] = value >>> 24;
}

/** Writes a text, which must fit. */
export function putText(bytes: Buffer, offset: number, text: string): void {
  if (text.length > SHORT) {
    bytes.write(text, offset, 'latin1');
    return;
  }
  for (let index = 0; index < text.length; index++) bytes[offset + index] = text.charCodeAt(index);
}
