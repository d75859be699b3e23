import { type Atom, positionInside } from './grammar.js';
import { didYouMean } from './nearest.js';
import type { Position } from './position.js';

/** One `key=value` or flag of a comma-separated spec. */
export interface SpecItem {
  readonly key: string;
  /** Undefined for a flag. */
  readonly value: string | undefined;
  readonly at: Position;
}

/** Splits `key=value,flag,…` at its commas; spaces before an item and empty items are skipped. */
export function splitSpec(spec: Atom): SpecItem[] {
  return [...spec.text.matchAll(/[ \t]*([^,]*)(?:,|$)/g)].flatMap((match): SpecItem[] => {
    const text = match[1] ?? '';
    if (text === '') return [];
    const at = positionInside(spec, match.index + match[0].indexOf(text));
    const equals = text.indexOf('=');
    return equals === -1
      ? [{ key: text, value: undefined, at }]
      : [{ key: text.slice(0, equals), value: text.slice(equals + 1), at }];
  });
}

/** xl passes over what it does not know in a vif or vfb, so this is a warning and no error. */
export function unknownItem(kind: string, item: SpecItem, known: Iterable<string>): string {
  return `unknown ${kind} parameter "${item.key}"${didYouMean(item.key, known)}`;
}
