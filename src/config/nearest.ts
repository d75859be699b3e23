import { distance } from 'fastest-levenshtein';

/** Longer words are no slip of the pen, and comparing them would take its time. */
const MAX_LENGTH = 64;

/** The candidate that `word` was probably meant to be; undefined when none is near. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > MAX_LENGTH) return undefined;
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const far = distance(word, candidate);
    if (far < bestDistance) {
      best = candidate;
      bestDistance = far;
    }
  }
  return best;
}

/** `: did you mean "memory"?`, or nothing when there is no near candidate. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const near = nearest(word, candidates);
  return near === undefined ? '' : `: did you mean "${near}"?`;
}
