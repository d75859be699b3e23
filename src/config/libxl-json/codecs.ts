import type { Json } from '../../model/index.js';

/** How a value of xl.cfg is written in libxl's JSON; undefined for one that cannot be. */
export interface Codec {
  there(value: Json): Json | undefined;
  /** @param value what somebody else wrote */
  back(value: unknown): Json | undefined;
}

export const text: Codec = { there: textOf, back: textOf };
export const number: Codec = { there: numberOf, back: numberOf };
/** Where 0 is as good as nothing, and not written. */
export const count: Codec = {
  there: (value) => (value === 0 ? undefined : numberOf(value)),
  back: numberOf,
};
/** MiB there, KiB in libxl. */
export const mebibytes: Codec = {
  there: (value) => (typeof value === 'number' ? value * 1024 : undefined),
  back: (value) => (typeof value === 'number' && value % 1024 === 0 ? value / 1024 : undefined),
};
export const bool: Codec = {
  there: (value) => (typeof value === 'boolean' ? (value ? 'True' : 'False') : undefined),
  back: (value) => (value === 'True' || value === 'False' ? value === 'True' : undefined),
};
/** One that is read as text, as it may be a list too. */
export const numberedBool: Codec = words({ 1: 'True', 0: 'False' });
export const texts: Codec = { there: textsOf, back: textsOf };

/**
 * Words of xl.cfg, and those of libxl for them.
 * @param others words that say the same as one of them, and are not given back
 */
export function words(
  libxl: Readonly<Record<string, string>>,
  others: Readonly<Record<string, string>> = {},
): Codec {
  const all = new Map(Object.entries({ ...libxl, ...others }));
  return {
    there: (value) => all.get(String(value)),
    back: (value) => Object.keys(libxl).find((each) => libxl[each] === value),
  };
}

/** Words that both have. */
export function sameWords(...both: readonly string[]): Codec {
  return words(Object.fromEntries(both.map((word) => [word, word])));
}

/** For what is read from one of several keys, and given back as another. */
export function oneWay({ there }: Codec): Codec {
  return { there, back: () => undefined };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  return Number.isSafeInteger(value) ? (value as number) : undefined;
}

function textsOf(value: unknown): readonly string[] | undefined {
  const isList = Array.isArray(value) && value.length > 0;
  return isList && value.every((each) => typeof each === 'string') ? value : undefined;
}
