import { setTimeout as delay } from 'node:timers/promises';
import { domidIn, type Host, recordEvent, uuidIn } from '../../domain/index.js';
import {
  forgetSuspend,
  isSuspendPending,
  requestSuspend,
  shutdownControlPath,
  withdrawSuspend,
} from '../../layout/index.js';
import { type Domid, type JsonObject, ToolstackError } from '../../model/index.js';
import type { StepHandler } from '../../operations/index.js';
import { isXenStoreError } from '../../xenstore/errors.js';
import { awaitStop, type Stop } from '../await-stop.js';
import { preciseNow } from '../clock.js';

/** Brings the guest to a halt, by its own consent. */
export function suspend(host: Host): StepHandler {
  return {
    async forecast({ state }) {
      await host.store.transaction((tx) => requestSuspend(tx, domidIn(state, 'domid')));
      return { suspendedAt: preciseNow() };
    },
    async do({ state, signal }) {
      const domid = domidIn(state, 'domid');
      const stop = await askToSuspend(host, domid, signal);
      if (stop.reason !== 'suspend') {
        const message = `the guest was to suspend, and did something else: ${stop.reason}`;
        throw new ToolstackError('EIO', message);
      }
      record(host, state, 'suspended');
      return { suspendedAt: stop.seenAt };
    },
    async undo({ state, signal }) {
      const domid = domidIn(state, 'domid');
      if ((await host.hypervisor.domain(domid))?.uuid !== uuidIn(state)) return;
      const wasTaken = await host.store.transaction((tx) => withdrawSuspend(tx, domid));
      if (!wasTaken) return;
      // The guest has agreed to suspend: it will, and must be woken when it has.
      if (await suspendsYet(host, domid, signal)) {
        await host.hypervisor.resumeDomain(domid);
        await host.store.resume(domid);
        record(host, state, 'resumed');
      }
      await host.store.transaction((tx) => forgetSuspend(tx, domid));
    },
  };
}

async function askToSuspend(host: Host, domid: Domid, signal: AbortSignal): Promise<Stop> {
  const { suspendMs } = host.limits;
  const over = new AbortController();
  const stop = awaitStop(host, domid, AbortSignal.any([signal, over.signal]));
  try {
    // One that crashes instead never acknowledges.
    await Promise.race([stop, requestAndAcknowledgement(host, domid, signal)]);
    const late = delay(suspendMs, undefined, { signal: over.signal });
    const stopped = await Promise.race([stop, late]);
    if (stopped !== undefined) return stopped;
  } finally {
    over.abort();
  }
  throw new ToolstackError(
    'ETIMEDOUT',
    `the guest acknowledged the request to suspend and did not within ${suspendMs} ms`,
  );
}

async function requestAndAcknowledgement(
  host: Host,
  domid: Domid,
  signal: AbortSignal,
): Promise<void> {
  const { suspendMs } = host.limits;
  const path = shutdownControlPath(domid);
  await host.store.transaction((tx) => requestSuspend(tx, domid));
  try {
    await host.store.waitFor(path, (value) => (isSuspendPending(value) ? undefined : true), {
      timeoutMs: suspendMs,
      signal,
    });
  } catch (cause) {
    if (!isXenStoreError(cause, 'ETIMEDOUT')) throw cause;
    const message = `the guest did not acknowledge the request to suspend within ${suspendMs} ms`;
    throw new ToolstackError('ETIMEDOUT', message, {
      where: path,
      suggestions: ['Look at its console for what keeps it from doing so.'],
      cause,
    });
  }
}

/** Whether a guest that has agreed to suspend does so. If not in its time, it simply runs on. */
async function suspendsYet(host: Host, domid: Domid, signal: AbortSignal): Promise<boolean> {
  const over = new AbortController();
  const stop = awaitStop(host, domid, AbortSignal.any([signal, over.signal]));
  try {
    const late = delay(host.limits.suspendMs, undefined, { signal: over.signal });
    return (await Promise.race([stop, late]))?.reason === 'suspend';
  } finally {
    over.abort();
  }
}

function record(host: Host, state: JsonObject, kind: 'suspended' | 'resumed'): void {
  recordEvent(host, { uuid: uuidIn(state), domid: domidIn(state, 'domid') }, kind);
}
