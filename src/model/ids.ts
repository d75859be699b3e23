import { ToolstackError } from './errors.js';

declare const brand: unique symbol;
type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** A domain's number on one host, 0 … 0x7FEF. */
export type Domid = Brand<number, 'Domid'>;
/** A domain's name for ever: lower case, 8-4-4-4-12. */
export type Uuid = Brand<string, 'Uuid'>;
/** A size of memory in KiB. */
export type Kib = Brand<number, 'Kib'>;

/** The first domid that Xen keeps for itself (`DOMID_FIRST_RESERVED`, xen/public/xen.h). */
export const FIRST_RESERVED_DOMID = 0x7ff0;
export const DOM0 = 0 as Domid;
/** The UUID of domain 0, and of nothing else. */
export const DOM0_UUID = '00000000-0000-0000-0000-000000000000' as Uuid;

/** Checks that `value` may be a domid. @throws ToolstackError EINVAL */
export function domid(value: number): Domid {
  if (!Number.isInteger(value) || value < 0 || value >= FIRST_RESERVED_DOMID) {
    throw new ToolstackError(
      'EINVAL',
      `${value} is not a domid (0 to ${FIRST_RESERVED_DOMID - 1})`,
    );
  }
  return value as Domid;
}

/** Reads a domid from decimal text; undefined when the text is something else. */
export function parseDomid(text: string): Domid | undefined {
  if (!/^\d{1,5}$/.test(text)) return undefined;
  const value = Number(text);
  return value < FIRST_RESERVED_DOMID ? (value as Domid) : undefined;
}

/** Reads a UUID in the forms that xl accepts, with or without dashes; undefined when it is none. */
export function parseUuid(text: string): Uuid | undefined {
  const hex = text.replaceAll('-', '').toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(hex) || !/^[0-9a-fA-F-]+$/.test(text)) return undefined;
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5') as Uuid;
}

/** Fewer digits are more likely a name that was mistyped. */
const MIN_PREFIX_DIGITS = 4;

/** Reads the beginning of a UUID, dashes as you like, as lower-case digits; undefined for none. */
export function parseUuidPrefix(text: string): string | undefined {
  const digits = text.replaceAll('-', '').toLowerCase();
  return /^[0-9a-f]{1,32}$/.test(digits) && digits.length >= MIN_PREFIX_DIGITS ? digits : undefined;
}

/** @throws ToolstackError EINVAL */
export function uuid(text: string): Uuid {
  const parsed = parseUuid(text);
  if (parsed === undefined) throw new ToolstackError('EINVAL', `"${text}" is not a UUID`);
  return parsed;
}

/** @throws ToolstackError EINVAL */
export function kib(value: number): Kib {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new ToolstackError('EINVAL', `${value} is not a size in KiB`);
  }
  return value as Kib;
}

/** Whole KiB: xl and xl.cfg count in MiB, we do in KiB. */
export function mibToKib(mib: number): Kib {
  return kib(mib * 1024);
}

/** Whole MiB, rounded down, as xl prints them. */
export function kibToMib(size: Kib): number {
  return Math.floor(size / 1024);
}
