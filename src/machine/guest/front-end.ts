import {
  DOM0,
  type Domid,
  messageOf,
  parseDomid,
  parseXenbusState,
  XenbusState,
} from '../../model/index.js';
import type { XenStoreClient } from '../../xenstore/client.js';
import type { Guest } from './guest.js';

/** How long a front end waits for its back end before it gives the device up. */
const BACKEND_LIMIT_MS = 5 * 60_000;

interface DeviceClass {
  /** Pages that the device shares, and the nodes that carry their grant references. */
  readonly rings: readonly string[];
  readonly channels: readonly string[];
  readonly features: Readonly<Record<string, string>>;
}

const CLASSES: Readonly<Record<'vbd' | 'vif', DeviceClass>> = {
  vbd: {
    rings: ['ring-ref'],
    channels: ['event-channel'],
    features: { protocol: 'x86_64-abi', 'feature-persistent': '1' },
  },
  vif: {
    rings: ['tx-ring-ref', 'rx-ring-ref'],
    channels: ['event-channel-tx', 'event-channel-rx'],
    features: {
      'multi-queue-num-queues': '1',
      'request-rx-copy': '1',
      'feature-rx-notify': '1',
      'feature-sg': '1',
    },
  },
};

/** One paravirtual device, seen from the guest: the front half of the XenBus handshake. */
export class FrontEnd {
  readonly #guest: Guest;
  readonly #store: XenStoreClient;
  readonly #class: DeviceClass;
  readonly #path: string;
  readonly #grants: number[] = [];
  readonly #ports: number[] = [];
  readonly #gone = new AbortController();

  constructor(guest: Guest, store: XenStoreClient, deviceClass: 'vbd' | 'vif', path: string) {
    this.#guest = guest;
    this.#store = store;
    this.#class = CLASSES[deviceClass];
    this.#path = path;
  }

  start(): void {
    this.#run().catch((error: unknown) => {
      if (this.#guest.stopped || this.isOver) return;
      this.release();
      this.#guest.print(`${this.#path}: ${messageOf(error)}\n`);
    });
  }

  /** Whether it has let its device go. */
  get isOver(): boolean {
    return this.#gone.signal.aborted;
  }

  /** The device is gone: takes back what was shared for it. */
  release(): void {
    this.#gone.abort();
    for (const port of this.#ports.splice(0)) this.#guest.domain.events.close(port);
    for (const ref of this.#grants.splice(0)) this.#guest.domain.grants.end(ref);
  }

  async #run(): Promise<void> {
    const backend = await this.#store.readText(`${this.#path}/backend`);
    const backendId = parseDomid(await this.#store.readText(`${this.#path}/backend-id`)) ?? DOM0;
    if (await this.#backendReaches(backend, [XenbusState.initWait, XenbusState.connected])) {
      await this.#guest.domain.whenRunnable();
      await this.#publish(backendId);
      if (await this.#backendReaches(backend, [XenbusState.connected])) {
        await this.#guest.domain.whenRunnable();
        await this.#setState(XenbusState.connected);
        await this.#followUntilClosing(backend);
      }
    }
    await this.#guest.domain.whenRunnable();
    await this.#setState(XenbusState.closed);
    this.release();
  }

  async #publish(backendId: Domid): Promise<void> {
    if (this.isOver) return;
    const { domain } = this.#guest;
    const nodes: [string, string][] = Object.entries(this.#class.features);
    for (const ring of this.#class.rings) {
      const ref = domain.grants.grant(backendId, this.#guest.allocateRingFrame());
      this.#grants.push(ref);
      nodes.push([ring, String(ref)]);
    }
    for (const channel of this.#class.channels) {
      const port = domain.events.allocUnbound(backendId);
      this.#ports.push(port);
      nodes.push([channel, String(port)]);
    }
    nodes.push(['state', String(XenbusState.initialised)]);
    await this.#store.transaction(async (tx) => {
      if (!(await tx.exists(`${this.#path}/state`))) return;
      for (const [node, value] of nodes) await tx.write(`${this.#path}/${node}`, value);
    });
  }

  /** Waits for the back end; false when it gives the device up instead. */
  #backendReaches(backend: string, wanted: readonly XenbusState[]): Promise<boolean> {
    return this.#store.waitFor(
      `${backend}/state`,
      (text) => {
        const state = parseXenbusState(text);
        if (wanted.includes(state)) return true;
        return state === XenbusState.closing || state === XenbusState.closed ? false : undefined;
      },
      { timeoutMs: BACKEND_LIMIT_MS, signal: this.#gone.signal },
    );
  }

  /** A connected device has no limit on how long it stays connected: it ends with an event. */
  async #followUntilClosing(backend: string): Promise<void> {
    const watch = await this.#store.watch(`${backend}/state`);
    try {
      for await (const _ of watch) {
        const state = parseXenbusState(await this.#store.maybeRead(`${backend}/state`));
        if (state !== XenbusState.connected) return;
        if (this.isOver) return;
      }
    } finally {
      await watch.close();
    }
  }

  async #setState(state: XenbusState): Promise<void> {
    const path = `${this.#path}/state`;
    await this.#store.transaction(async (tx) => {
      // A device that was taken away meanwhile must not come back as a lone state node.
      if (await tx.exists(path)) await tx.write(path, String(state));
    });
  }
}
