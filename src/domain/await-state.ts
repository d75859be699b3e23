import { listDevices } from '../devices/index.js';
import { frontEndPath, INTRODUCE_EVENT, RELEASE_EVENT } from '../layout/index.js';
import {
  type AwaitedState,
  type ListedDomain,
  parseXenbusState,
  ToolstackError,
  type WaitReply,
  XenbusState,
} from '../model/index.js';
import type { Watch } from '../xenstore/client.js';
import { Bell } from './bell.js';
import type { Host } from './host.js';
import { findDomain } from './listing.js';

/** Pausing, unpausing and connecting fire no event that could be watched: look again after so long. */
const LOOK_AGAIN_MS = 1_000;

/**
 * Waits until a domain is in a state, or `signal` aborts. It looks when a domain comes to the host,
 * stops or leaves it, and every second.
 */
export async function awaitState(
  host: Host,
  reference: string,
  state: AwaitedState,
  signal: AbortSignal,
): Promise<WaitReply> {
  const watches = await Promise.all(
    [INTRODUCE_EVENT, RELEASE_EVENT].map((event) => host.store.watch(event)),
  );
  try {
    const bell = new Bell();
    for (const watch of watches) void ringOn(watch, bell);
    for (;;) {
      const domain = await lookFor(host, reference);
      if (await hasReached(host, domain, state)) return reply(true, domain);
      if (signal.aborted) return reply(false, domain);
      await bell.heard(LOOK_AGAIN_MS, signal);
    }
  } finally {
    await Promise.all(watches.map((watch) => watch.close()));
  }
}

function reply(reached: boolean, domain: ListedDomain | undefined): WaitReply {
  return domain === undefined ? { reached } : { reached, domain };
}

/** Undefined when it is not there: that may be what is waited for, and it may yet come. */
async function lookFor(host: Host, reference: string): Promise<ListedDomain | undefined> {
  try {
    return await findDomain(host, reference);
  } catch (error) {
    if (error instanceof ToolstackError && error.code === 'no-such-domain') return undefined;
    throw error;
  }
}

async function hasReached(
  host: Host,
  domain: ListedDomain | undefined,
  state: AwaitedState,
): Promise<boolean> {
  if (domain === undefined || domain.dying) return state === 'gone' && domain === undefined;
  switch (state) {
    case 'gone':
      return false;
    case 'paused':
      return domain.paused;
    case 'shutdown':
      return domain.shutdown !== undefined;
    case 'running':
      return !domain.paused && domain.shutdown === undefined;
    case 'connected':
      return isConnected(host, domain);
  }
}

/** Consoles have no handshake: what counts are the devices that have one. */
async function isConnected(host: Host, { domid }: ListedDomain): Promise<boolean> {
  const devices = (await listDevices(host.store, domid)).filter(({ kind }) => kind !== 'console');
  const states = await Promise.all(
    devices.map((device) => host.store.maybeRead(`${frontEndPath(device)}/state`)),
  );
  return states.every((state) => parseXenbusState(state) === XenbusState.connected);
}

/** Should the watch fail, the next look at the store fails for the same reason, and says so. */
async function ringOn(watch: Watch, bell: Bell): Promise<void> {
  try {
    for await (const _ of watch) bell.ring();
  } catch {
    bell.ring();
  }
}
