/** Names longer than this are rarely shared; they are UUIDs and the like. */
const SHARED_LENGTH_MAX = 32;
const SHARED_MAX = 10_000;
/** V8 makes a string of this length, or longer, that is cut out of another keep that one alive. */
const CUT_LENGTH_MIN = 13;

const shared = new Map<string, string>();

/**
 * The name of a node, as cut out of its path, in a form to keep: the names that all domains have are
 * one string, and none keeps a whole path in memory.
 */
export function nameToKeep(name: string): string {
  const known = shared.get(name);
  if (known !== undefined) return known;
  const own = name.length < CUT_LENGTH_MIN ? name : Buffer.from(name, 'latin1').toString('latin1');
  if (own.length <= SHARED_LENGTH_MAX && shared.size < SHARED_MAX) shared.set(own, own);
  return own;
}
