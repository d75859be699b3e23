import type { PrecopyDecision, PrecopyRound } from '../hypervisor/hypervisor.js';

/** When pre-copy has done enough. */
export interface PrecopyPolicy {
  /** The guest may be down this long, in ms, for its last pages. */
  readonly maxDowntimeMs: number;
  /** Rounds after which it is suspended whatever remains. */
  readonly maxRounds: number;
}

export const DEFAULT_PRECOPY_POLICY: PrecopyPolicy = { maxDowntimeMs: 50, maxRounds: 30 };

/** What a round has shown. Rates are pages per second. */
export interface Assessment {
  readonly decision: PrecopyDecision;
  readonly sendRate: number;
  readonly dirtyRate: number;
  /** How long the guest would be down if it were suspended now. */
  readonly predictedDowntimeMs: number;
}

/** As few pages as libxc too finds not worth another round (xg_sr_save.c, SPP_TARGET_DIRTY_COUNT). */
const NEGLIGIBLE_PAGES = 50;
/** Rounds in a row that must not have got better before pre-copy is said not to converge. */
const PATIENCE = 3;
const WORTHWHILE = 0.9;

/**
 * Looks at all rounds so far, the last one being the newest: stop when the rest is small, when
 * it can be sent within the allowed downtime, or when more rounds do not make it any smaller.
 */
export function assess(rounds: readonly PrecopyRound[], policy: PrecopyPolicy): Assessment {
  const last = rounds.at(-1);
  if (last === undefined) {
    return { decision: 'continue', sendRate: 0, dirtyRate: 0, predictedDowntimeMs: 0 };
  }
  // A round that had nothing to send says nothing of how fast we could.
  const telling = rounds.findLast(({ sentPages }) => sentPages > 0) ?? last;
  const sendRate = telling.sentPages / seconds(telling);
  const dirtyRate = last.dirtyPages / seconds(last);
  const predictedDowntimeMs = sendRate === 0 ? 0 : (last.dirtyPages / sendRate) * 1000;
  const enough =
    last.dirtyPages <= NEGLIGIBLE_PAGES ||
    predictedDowntimeMs <= policy.maxDowntimeMs ||
    rounds.length >= policy.maxRounds ||
    !converges(rounds);
  return {
    decision: enough ? 'stop-and-copy' : 'continue',
    sendRate,
    dirtyRate,
    predictedDowntimeMs,
  };
}

function seconds({ durationMs }: PrecopyRound): number {
  return Math.max(durationMs, 0.001) / 1000;
}

function converges(rounds: readonly PrecopyRound[]): boolean {
  if (rounds.length <= PATIENCE) return true;
  const recent = rounds.slice(-PATIENCE - 1).map(({ dirtyPages }) => dirtyPages);
  return recent.some((dirty, index) => index > 0 && dirty < (recent[index - 1] ?? 0) * WORTHWHILE);
}
