import { RELEASE_EVENT } from '../layout/index.js';
import { type Domid, type ShutdownReason, ToolstackError, type Uuid } from '../model/index.js';
import { preciseNow } from './clock.js';
import type { Host } from './host.js';

/** That a domain has stopped by itself, why, and when that was noticed. */
export interface Stop {
  readonly reason: ShutdownReason | 'gone';
  /** Milliseconds since the epoch, see {@link preciseNow}. */
  readonly seenAt: number;
}

/** Whose stop is awaited. */
export interface Awaited {
  readonly domid: Domid;
  /** The number may come to be another domain's: then this one is gone. */
  readonly uuid?: Uuid;
  /** That it stops is not enough. */
  readonly gone?: boolean;
}

/**
 * Waits until a domain has stopped by itself, looking whenever the store says that some domain has.
 * It has no limit of its own: it ends, with the reason of the signal, when that aborts.
 */
export async function awaitStop(
  host: Host,
  { domid, uuid, gone = false }: Awaited,
  signal: AbortSignal,
): Promise<Stop> {
  const watch = await host.store.watch(RELEASE_EVENT);
  const stop = (): void => {
    // Should it fail, the iteration below fails for the same reason, and says so.
    watch.close().catch(() => undefined);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    if (signal.aborted) stop();
    for await (const _ of watch) {
      const seenAt = preciseNow();
      const info = await host.hypervisor.domain(domid);
      const isOther = uuid !== undefined && info?.uuid !== uuid;
      if (info === undefined || info.dying || isOther) return { reason: 'gone', seenAt };
      if (info.shutdown !== undefined && !gone) return { reason: info.shutdown, seenAt };
    }
  } finally {
    signal.removeEventListener('abort', stop);
    await watch.close();
  }
  signal.throwIfAborted();
  throw new ToolstackError('internal', `the watch for the stop of domain ${domid} ended by itself`);
}
