import {
  DOM0,
  type Domid,
  messageOf,
  parseDomid,
  parseXenbusState,
  XenbusState,
} from '../../model/index.js';
import type { XenStoreClient } from '../../xenstore/client.js';
import type { DeviceClass } from './device-classes.js';
import type { Guest } from './guest.js';

/** How long a front end waits for its back end before it gives the device up. */
const BACKEND_LIMIT_MS = 5 * 60_000;

/** Which device it is: `vbd`, and `device/vbd/51712`. */
export interface FrontEndAddress {
  readonly kind: string;
  readonly path: string;
}

/** One paravirtual device, seen from the guest: the front half of the XenBus handshake. */
export class FrontEnd {
  readonly #guest: Guest;
  readonly #store: XenStoreClient;
  readonly #class: DeviceClass;
  readonly #device: FrontEndAddress;
  readonly #grants: number[] = [];
  readonly #ports: number[] = [];
  readonly #gone = new AbortController();

  constructor(
    guest: Guest,
    store: XenStoreClient,
    deviceClass: DeviceClass,
    device: FrontEndAddress,
  ) {
    this.#guest = guest;
    this.#store = store;
    this.#class = deviceClass;
    this.#device = device;
  }

  start(): void {
    this.#run().catch((error: unknown) => {
      if (this.#guest.stopped || this.isOver) return;
      this.release();
      this.#guest.print(`${this.#device.path}: ${messageOf(error)}\n`);
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
    const backend = await this.#store.readText(`${this.#device.path}/backend`);
    const backendId =
      parseDomid(await this.#store.readText(`${this.#device.path}/backend-id`)) ?? DOM0;
    await this.#reset(backend);
    if (await this.#backendReaches(backend, [XenbusState.initWait, XenbusState.connected])) {
      await this.#guest.domain.whenRunnable();
      await this.#publish(backendId);
      if (await this.#backendReaches(backend, [XenbusState.connected])) {
        await this.#guest.domain.whenRunnable();
        await this.#setState(XenbusState.connected);
        if ((await this.#followUntilClosing(backend)) === 'by itself') {
          await this.#guest.domain.whenRunnable();
          await this.#setState(XenbusState.closing);
          await this.#backendReaches(backend, [XenbusState.closing]);
        }
      }
    }
    await this.#guest.domain.whenRunnable();
    await this.#setState(XenbusState.closed);
    this.release();
  }

  /**
   * Another kernel has left the device connected: closes it and begins anew, both ends in step, as
   * `xenbus_reset_frontend` of Linux does.
   */
  async #reset(backend: string): Promise<void> {
    const front = parseXenbusState(await this.#store.maybeRead(`${this.#device.path}/state`));
    if (front === XenbusState.initialising || front === XenbusState.unknown) return;
    await this.#setState(XenbusState.closing);
    await this.#backendReaches(backend, [XenbusState.closing]);
    await this.#setState(XenbusState.closed);
    await this.#backendReaches(backend, [XenbusState.closed]);
    await this.#setState(XenbusState.initialising);
    await this.#store.waitFor(
      `${backend}/state`,
      (text) => (parseXenbusState(text) === XenbusState.initWait ? true : undefined),
      { timeoutMs: BACKEND_LIMIT_MS, signal: this.#gone.signal },
    );
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
      if (!(await tx.exists(`${this.#device.path}/state`))) return;
      for (const [node, value] of nodes) await tx.write(`${this.#device.path}/${node}`, value);
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

  /**
   * A connected device has no limit on how long it stays connected: it ends with an event, or when
   * the guest's parameters say so.
   */
  async #followUntilClosing(backend: string): Promise<'asked' | 'by itself'> {
    const { disconnectMs, refuseDetach } = this.#guest.parameters;
    const watch = await this.#store.watch(`${backend}/state`);
    const leave = (): void => {
      // Should it fail, the connection reports that to its other users.
      watch.close().catch(() => undefined);
    };
    const timer = disconnectMs === undefined ? undefined : setTimeout(leave, disconnectMs);
    timer?.unref();
    try {
      for await (const _ of watch) {
        const state = parseXenbusState(await this.#store.maybeRead(`${backend}/state`));
        if (this.isOver) return 'asked';
        if (state === XenbusState.connected) continue;
        if (state !== XenbusState.closing || !refuseDetach.includes(this.#device.kind)) {
          return 'asked';
        }
        await this.#refuse();
      }
      return 'by itself';
    } finally {
      clearTimeout(timer);
      await watch.close();
    }
  }

  /** The device is in use: says so, and keeps it (blkfront_closing of Linux). */
  async #refuse(): Promise<void> {
    const { path } = this.#device;
    const message = '16 Device in use; refusing to close';
    this.#guest.print(`${path}: ${message}\n`);
    await this.#setState(XenbusState.closing);
    await this.#store.write(`error/${path}/error`, message).catch(() => undefined);
  }

  async #setState(state: XenbusState): Promise<void> {
    const path = `${this.#device.path}/state`;
    await this.#store.transaction(async (tx) => {
      // A device that was taken away meanwhile must not come back as a lone state node.
      if (await tx.exists(path)) await tx.write(path, String(state));
    });
  }
}
