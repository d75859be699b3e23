/**
 * Waits in ms, without end: each about twice the one before, up to `longestMs`. Each is drawn from
 * the upper half of its range, so that those who failed together do not try again together.
 *
 * @param random a number from 0 up to but not including 1
 */
export function* growingWaits(
  firstMs: number,
  longestMs: number,
  random: () => number = Math.random,
): Generator<number, never> {
  for (let rangeMs = firstMs; ; rangeMs = Math.min(rangeMs * 2, longestMs)) {
    yield Math.min(rangeMs, longestMs) * (1 - random() / 2);
  }
}
