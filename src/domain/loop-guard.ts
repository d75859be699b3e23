/** How often a domain may be restarted after it has stopped by itself. */
export interface RestartLimits {
  readonly restarts: number;
  readonly windowMs: number;
}

/** xl has no such limits; see docs/decisions/0009-loop-guard.md. */
export const DEFAULT_RESTART_LIMITS: RestartLimits = { restarts: 5, windowMs: 60_000 };

/**
 * Whether a domain that has stopped was restarted so often just before that another restart would
 * not help. It follows from the history alone, so that a daemon that starts anew decides the same.
 * @param restartedAt when it was restarted before, in any order; ms since the epoch, as `stoppedAt`
 */
export function isLooping(
  restartedAt: readonly number[],
  stoppedAt: number,
  { restarts, windowMs }: RestartLimits,
): boolean {
  const recent = restartedAt.filter((at) => at > stoppedAt - windowMs && at <= stoppedAt);
  return recent.length >= restarts;
}
