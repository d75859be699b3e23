import { setTimeout as delay } from 'node:timers/promises';
import {
  announcesControl,
  type ControlRequest,
  isPending,
  requestControl,
  shutdownControlPath,
  withdrawControl,
} from '../layout/index.js';
import { type DomainInfo, type Domid, ToolstackError } from '../model/index.js';
import { isXenStoreError } from '../xenstore/errors.js';
import { awaitStop, type Stop } from './await-stop.js';
import type { Host } from './host.js';

/*
 * The handshake by which a guest is asked to stop: migrations, suspensions and shutdowns have it
 * from here.
 */

/**
 * Asks a guest through `control/shutdown` and waits until it has agreed.
 * @returns how it stopped, when it did before agreeing
 * @throws ToolstackError EBUSY while another request waits; ETIMEDOUT, the request still standing
 */
export async function askGuest(
  host: Host,
  domid: Domid,
  request: ControlRequest,
  signal: AbortSignal,
): Promise<Stop | undefined> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const path = shutdownControlPath(domid);
  const pending = await host.store.transaction((tx) => requestControl(tx, domid, request));
  if (pending !== undefined) {
    throw new ToolstackError('EBUSY', `the guest has not yet taken the request to ${pending}`, {
      where: path,
      suggestions: [`Wait until it has, or empty ${path}.`],
    });
  }
  const agreed = host.store.waitFor(
    path,
    (value) => (isPending(value, request) ? undefined : true),
    {
      timeoutMs: limitOf(host, request),
      signal: either,
    },
  );
  const stopped = awaitStop(host, { domid }, either);
  try {
    // One that crashes instead never acknowledges.
    const first = await Promise.race([agreed, stopped]);
    return first === true ? undefined : first;
  } catch (cause) {
    if (!isXenStoreError(cause, 'ETIMEDOUT')) throw cause;
    const message = `the guest did not acknowledge the request to ${request} within ${limitOf(host, request)} ms`;
    throw new ToolstackError('ETIMEDOUT', message, {
      where: path,
      suggestions: [
        'Look at its console for what keeps it from doing so.',
        ...(request === 'suspend' ? [] : ['"domovoi destroy" ends it without asking.']),
      ],
      cause,
    });
  } finally {
    over.abort();
    await Promise.allSettled([agreed, stopped]);
  }
}

/**
 * Has a guest suspend, by its own consent.
 * @throws ToolstackError ETIMEDOUT; EIO when it stopped otherwise
 */
export async function suspendGuest(host: Host, domid: Domid, signal: AbortSignal): Promise<Stop> {
  const stop =
    (await askGuest(host, domid, 'suspend', signal)) ??
    (await stopInTime(host, domid, host.limits.suspendMs, signal));
  if (stop === undefined) {
    throw new ToolstackError(
      'ETIMEDOUT',
      `the guest acknowledged the request to suspend and did not within ${host.limits.suspendMs} ms`,
    );
  }
  if (stop.reason !== 'suspend') {
    const message = `the guest was to suspend, and did something else: ${stop.reason}`;
    throw new ToolstackError('EIO', message);
  }
  return stop;
}

/**
 * Takes a request to suspend back. A guest that has agreed meanwhile will suspend, and is waited for.
 * @param ending aborts when the domain is to be ended: then it is not waited for
 * @returns whether it is suspended, and has to be woken
 */
export async function callOffSuspend(
  host: Host,
  domid: Domid,
  signal: AbortSignal,
  ending?: AbortSignal,
): Promise<boolean> {
  const wasTaken = await host.store.transaction((tx) => withdrawControl(tx, domid, 'suspend'));
  if (!wasTaken) return false;
  // If it does not in its time, it simply runs on.
  const stop = await stopInTime(host, domid, host.limits.suspendMs, signal, ending);
  return stop?.reason === 'suspend';
}

/** Whether a guest has the drivers that listen to `control/shutdown`: of an HVM guest it has to say. */
export async function hearsControl(host: Host, { domid, type }: DomainInfo): Promise<boolean> {
  return type !== 'hvm' || announcesControl(host.store, domid);
}

/** How a domain stops, if it does within `ms`, and before `enough` aborts. */
async function stopInTime(
  host: Host,
  domid: Domid,
  ms: number,
  signal: AbortSignal,
  enough?: AbortSignal,
): Promise<Stop | undefined> {
  if (enough?.aborted) return undefined;
  const over = new AbortController();
  const early = new Promise<undefined>((resolve) => {
    enough?.addEventListener('abort', () => resolve(undefined), { signal: over.signal });
  });
  const stopped = awaitStop(host, { domid }, AbortSignal.any([signal, over.signal]));
  try {
    return await Promise.race([stopped, early, delay(ms, undefined, { signal: over.signal })]);
  } finally {
    over.abort();
    await Promise.allSettled([stopped]);
  }
}

function limitOf(host: Host, request: ControlRequest): number {
  return request === 'suspend' ? host.limits.suspendMs : host.limits.shutdownMs;
}
