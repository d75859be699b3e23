import { type Atom, positionInside } from './grammar.js';
import { configError } from './position.js';
import type { ConfigReader } from './reader.js';

/** One set of CPUs for all vcpus, or one for each of the first vcpus, in xl's notation. */
export type Affinity = string | readonly string[];

/**
 * Reads `cpus` or `cpus_soft` and checks the notation (`all`, `0-3,5,^1`, `nodes:0-1,^node:2`). What
 * CPUs and nodes there are only the host knows, so the text is kept as it is.
 *
 * @throws ToolstackError config-invalid, at the range in question
 */
export function readAffinity(
  reader: ConfigReader,
  key: 'cpus' | 'cpus_soft',
): Affinity | undefined {
  const value = reader.stringOrList(key);
  if (value === undefined) return undefined;
  if ('kind' in value) return checked(value);
  return value.map(checked);
}

function checked(atom: Atom): string {
  for (const match of atom.text.matchAll(/[^,]+/g)) {
    const problem = problemOf(match[0]);
    if (problem !== undefined) {
      throw configError(
        positionInside(atom, match.index),
        problem,
        'CPUs are written "all", "0-3,5,^1" or "nodes:0-1,^node:2".',
      );
    }
  }
  return atom.text;
}

function problemOf(range: string): string | undefined {
  const match = /^(\^?)(?:nodes?:)?(?:(all)|([0-9]{1,5})(?:-([0-9]{1,5}))?)$/.exec(range);
  if (match === null) return `"${range}" is no range of CPUs`;
  const [, not, all, first, last] = match;
  if (all !== undefined) return not === '^' ? '"^" cannot be put before "all"' : undefined;
  return last !== undefined && Number(last) < Number(first)
    ? `the range ${range} ends before it begins`
    : undefined;
}
