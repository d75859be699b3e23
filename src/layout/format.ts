interface FormatDescription {
  readonly about: string;
  readonly pattern: RegExp;
  readonly unit?: string;
}

const NUMBER = /^(0|[1-9]\d*)$/;

/** How values are written. Numbers are decimal and without leading zeros. */
export const FORMATS = {
  directory: { about: 'empty: only what is below it counts', pattern: /^$/ },
  text: { about: 'text', pattern: /^[^\0]*$/ },
  name: { about: 'name of a domain', pattern: /^[^\0/]+$/ },
  path: { about: 'path in the store', pattern: /^\/[\w@/-]*$/ },
  file: { about: 'path of a file in the domain that uses it', pattern: /^[^\0]+$/ },
  uuid: {
    about: 'UUID, lower case, 8-4-4-4-12',
    pattern: /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/,
  },
  domid: { about: 'domid, 0 to 32751', pattern: /^(0|[1-9]\d{0,4})$/ },
  number: { about: 'number', pattern: NUMBER },
  integer: { about: 'number, may be negative', pattern: /^(0|-?[1-9]\d*)$/ },
  bit: { about: '0 or 1', pattern: /^[01]$/ },
  bitmap: { about: 'set of vcpus: bit n stands for vcpu n', pattern: NUMBER },
  kib: { about: 'size', pattern: NUMBER, unit: 'KiB' },
  mib: { about: 'size', pattern: NUMBER, unit: 'MiB' },
  bytes: { about: 'size', pattern: NUMBER, unit: 'bytes' },
  sectors: { about: 'size', pattern: NUMBER, unit: 'sectors of 512 bytes' },
  ns: { about: 'time span', pattern: NUMBER, unit: 'ns' },
  seconds: { about: 'time span, may be negative', pattern: /^(0|-?[1-9]\d*)$/, unit: 's' },
  time: { about: 'time since 1970, with a fraction', pattern: /^\d+(\.\d+)?$/, unit: 's' },
  rate: { about: 'bytes,µs: so many bytes in each interval', pattern: /^\d+,\d+$/ },
  port: { about: "event channel port of the guest's end", pattern: NUMBER },
  frame: { about: 'page frame', pattern: NUMBER },
  grant: { about: 'grant reference', pattern: NUMBER },
  state: { about: 'XenbusState, 1 to 8', pattern: /^[1-8]$/ },
  availability: { about: 'online or offline', pattern: /^(online|offline)$/ },
  mac: { about: 'MAC address', pattern: /^[\da-fA-F]{2}(:[\da-fA-F]{2}){5}$/ },
  vdev: { about: 'device number, xen-vbd-interface(7)', pattern: NUMBER },
  device: { about: 'major:minor, hexadecimal', pattern: /^[\da-f]+:[\da-f]+$/ },
  handle: { about: 'list of the 16 bytes of the UUID: [0, 1, …]', pattern: /^\[\d+(, \d+){15}\]$/ },
  sxp: { about: "s-expression, as in xend's configuration", pattern: /^\([^\0]*\)$/ },
  action: {
    about:
      'destroy, restart, rename-restart, preserve, coredump-destroy, coredump-restart or soft-reset',
    pattern: /^(destroy|(rename-|coredump-)?restart|preserve|coredump-destroy|soft-reset)$/,
  },
} as const satisfies Readonly<Record<string, FormatDescription>>;

export type FormatName = keyof typeof FORMATS;
/** A format by name; with `?` the value may also be empty; a list is one of these words. */
export type Format = FormatName | `${FormatName}?` | readonly string[];

export interface ExplainedFormat {
  readonly about: string;
  readonly unit?: string;
}

/** A format in words. */
export function explainFormat(format: Format): ExplainedFormat {
  const [description, mayBeEmpty] = resolve(format);
  if (description === undefined) return { about: listed(format as readonly string[]) };
  const { about, unit } = description;
  return {
    about: mayBeEmpty ? `${about}, or empty` : about,
    ...(unit === undefined ? {} : { unit }),
  };
}

/** Whether a value is written as the format says. */
export function isFormatted(format: Format, value: string): boolean {
  const [description, mayBeEmpty] = resolve(format);
  if (description === undefined) return format.includes(value);
  return (mayBeEmpty && value === '') || description.pattern.test(value);
}

function resolve(format: Format): [FormatDescription | undefined, boolean] {
  if (typeof format !== 'string') return [undefined, false];
  const mayBeEmpty = format.endsWith('?');
  const name = (mayBeEmpty ? format.slice(0, -1) : format) as FormatName;
  return [FORMATS[name], mayBeEmpty];
}

function listed(words: readonly string[]): string {
  const named = words.map((word) => (word === '' ? 'empty' : word));
  return named.length < 2 ? named.join('') : `${named.slice(0, -1).join(', ')} or ${named.at(-1)}`;
}
