import type { History } from '../history/index.js';
import type { DomainInfo, LifecycleEvent, ShutdownReason } from '../model/index.js';

/** A domain that has stopped by itself. */
export type StoppedDomain = DomainInfo & { readonly shutdown: ShutdownReason };

/** What the history says of a domain that has stopped. */
export interface StopRecord {
  /** When it was noticed, in ms since the epoch; undefined before that was written down. */
  readonly noticedAt: number | undefined;
  /** Whether what was to be done was to leave it as it is, and that is done. */
  readonly isSettled: boolean;
  /** When the domain was restarted after earlier stops. */
  readonly restartedAt: readonly number[];
  /** Whether somebody has asked for it since it was last started. */
  readonly wasAsked: boolean;
}

/** Operations of one domain that are looked through for a request. */
const RECENT_OPERATIONS = 20;

/** What the history says of a domain that has stopped, under the domid that it stopped with. */
export function readStopRecord({ queries }: History, { uuid, domid }: StoppedDomain): StopRecord {
  const events = queries.events({ uuid });
  const { startedAt, since } = sinceStart(events, domid);
  const shutdown = since.find(({ kind }) => kind === 'shutdown');
  const settled = since.find(({ kind }) => kind === 'preserved' || kind === 'given-up');
  const reboots = queries.incarnations({ uuid }).filter(({ cause }) => cause === 'reboot');
  const resets = events.filter(({ kind }) => kind === 'reset');
  return {
    noticedAt: (shutdown ?? settled)?.at,
    isSettled: settled !== undefined,
    restartedAt: [...reboots.map(({ from }) => from), ...resets.map(({ at }) => at)],
    wasAsked: queries
      .operations({ uuid, limit: RECENT_OPERATIONS })
      .some(({ kind, startedAt: at = 0 }) => kind === 'reboot' && at >= startedAt),
  };
}

/**
 * What happened under a domid since the domain was started there. Numbers come round again, and a
 * soft reset starts a domain where it is.
 * @param events newest first
 */
function sinceStart(
  events: readonly LifecycleEvent[],
  domid: number,
): { readonly startedAt: number; readonly since: readonly LifecycleEvent[] } {
  const own = events.filter((event) => event.domid === domid);
  const start = own.findIndex(({ kind }) => kind === 'began' || kind === 'reset');
  return {
    startedAt: own[start]?.at ?? 0,
    since: start === -1 ? own : own.slice(0, start),
  };
}
