import { ToolstackError, toToolstackError } from '../model/index.js';

/**
 * Runs `work` with a signal that aborts after `ms` milliseconds with an ETIMEDOUT that names
 * `what`. It does not abandon `work`: what still runs would act behind the back of what follows.
 */
export async function withDeadline<T>(
  ms: number,
  what: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  // Of an AbortSignal.timeout that only AbortSignal.any knows, Node 20 collects the timer.
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort(new ToolstackError('ETIMEDOUT', `${what} did not end within ${ms / 1000} s`));
  }, ms);
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}

/** What really ended a piece of work: what only says that it was aborted stands for the reason. */
export function errorOf(thrown: unknown, signal: AbortSignal): ToolstackError {
  return toToolstackError(signal.aborted && isAbort(thrown) ? signal.reason : thrown);
}

/** Node's word for it is a name, that of a store's client a code. */
function isAbort(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  return thrown.name === 'AbortError' || ('code' in thrown && thrown.code === 'ECANCELED');
}
