/** Runs `work` with a signal that aborts when `left` does, and after `ms` milliseconds. */
export async function atMost<T>(
  ms: number,
  left: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  // Of an AbortSignal.timeout that only AbortSignal.any knows, Node 20 collects the timer.
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), ms);
  try {
    return await work(AbortSignal.any([left, over.signal]));
  } finally {
    clearTimeout(timer);
  }
}
