import { distance } from 'fastest-levenshtein';

/** Longer paths are no slip of the pen, and comparing them would take its time. */
const MAX_LENGTH = 256;
/** Of the letters, so many may be wrong. */
const MOST_WRONG = 1 / 3;

/** The pattern that a path was probably meant to fit, filled in with what the path says. */
export function nearestPath(path: string, patterns: readonly string[]): string | undefined {
  if (path.length > MAX_LENGTH) return undefined;
  let best: string | undefined;
  let bestDistance = path.length * MOST_WRONG;
  for (const pattern of patterns) {
    const candidate = filledIn(pattern, path);
    const far = distance(path, candidate);
    if (far >= bestDistance) continue;
    best = candidate;
    bestDistance = far;
  }
  return best;
}

/** `/local/domain/<domid>/name` for `/local/domain/5/nmae` is `/local/domain/5/name`. */
function filledIn(pattern: string, path: string): string {
  const given = path.split('/');
  return pattern
    .split('/')
    .map((name, index) => (name.startsWith('<') ? given[index] || name : name))
    .join('/');
}
