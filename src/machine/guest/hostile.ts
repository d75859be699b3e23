import { setImmediate as turn } from 'node:timers/promises';
import type { XenStoreClient } from '../../xenstore/client.js';
import type { Guest } from './guest.js';

/** What a guest does to the store until it is stopped, or is refused everything. */
type Hostility = (guest: Guest, store: XenStoreClient) => Promise<void>;

/** As much as the store lets a guest keep in one node. */
const HUGE = 'A'.repeat(1900);
const CONTROL_CHARACTERS = '\u001b[2J\u001b]0;mine\u0007\r\n\u0000\u009b31m';
const WRITES_AT_ONCE = 8;
/** Beyond what any store grants a guest. */
const MORE_THAN_GRANTED = 2000;

/** The ways of `hostile=`. Whatever is refused is refused; the guest goes on with the next. */
const WAYS: Readonly<Record<string, Hostility>> = {
  /** Huge values in every node that is its own. */
  values: (guest, store) => fill(guest, store, HUGE),
  /** Terminal control characters in every node that is its own. */
  control: (guest, store) => fill(guest, store, CONTROL_CHARACTERS),
  /** As many writes as the store takes, for ever, and as many nodes as it allows. */
  async flood(guest, store) {
    for (let count = 0; guest.hasStore(store); count += WRITES_AT_ONCE) {
      const writes = Array.from({ length: WRITES_AT_ONCE }, (_, index) =>
        attempt(store.write(`data/flood/${(count + index) % MORE_THAN_GRANTED}`, String(count))),
      );
      await Promise.all(writes);
      await turn();
    }
  },
  /** As many watches as the store allows. */
  async watches(_guest, store) {
    for (let count = 0; count < MORE_THAN_GRANTED; count += 1) {
      if (!(await attempt(store.watch(`device/${count}`)))) return;
    }
  },
  /** States that no front end has, one after another, and its back end's address forged. */
  async states(guest, store) {
    const states = ['0', '9', '-1', '4', '6', '1', '3', '4', '', 'connected', '7', '5', HUGE];
    for (let count = 0; guest.hasStore(store); count += 1) {
      for (const path of await ownDevices(store)) {
        await attempt(store.write(`${path}/state`, states[count % states.length] ?? ''));
        await attempt(store.write(`${path}/backend`, '/local/domain/0/backend/vbd/0/0'));
        await attempt(store.write(`${path}/backend-id`, '4294967295'));
      }
      await turn();
    }
  },
};

/** Begins what `hostile=` names; words that name nothing are passed over. */
export function beHostile(guest: Guest, store: XenStoreClient): void {
  for (const word of guest.parameters.hostile) {
    if (Object.hasOwn(WAYS, word)) void attempt(WAYS[word]?.(guest, store));
  }
}

/** Writes one value into all that it may write to. */
async function fill(_guest: Guest, store: XenStoreClient, value: string): Promise<void> {
  const own = ['data/note', 'attr/vif/0/ipv4/0', 'drivers/0', 'error/device/vbd/0/error'];
  const control = ['feature-poweroff', 'feature-suspend', 'platform-feature-xs_reset_watches'];
  const device = ['state', 'ring-ref', 'event-channel', 'protocol', 'tx-ring-ref', 'anything'];
  const paths = [
    ...own,
    ...control.map((name) => `control/${name}`),
    'control/shutdown',
    'control/sysrq',
    ...(await ownDevices(store)).flatMap((path) => device.map((node) => `${path}/${node}`)),
  ];
  for (const path of paths) await attempt(store.write(path, value));
}

async function ownDevices(store: XenStoreClient): Promise<string[]> {
  const paths: string[] = [];
  for (const kind of (await store.maybeList('device')) ?? []) {
    for (const id of (await store.maybeList(`device/${kind}`)) ?? []) {
      paths.push(`device/${kind}/${id}`);
    }
  }
  return paths;
}

async function attempt(deed: Promise<unknown> | undefined): Promise<boolean> {
  try {
    await deed;
    return true;
  } catch {
    return false;
  }
}
