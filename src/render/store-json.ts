import { isUtf8 } from 'node:buffer';

/** A value in JSON: as text where it is UTF-8, else its bytes. */
export type JsonValue = { readonly value: string } | { readonly valueBase64: string };

/** A value of the store as JSON has it. */
export function jsonValue(value: Uint8Array): JsonValue {
  const bytes = Buffer.from(value);
  return isUtf8(bytes) ? { value: bytes.toString() } : { valueBase64: bytes.toString('base64') };
}
