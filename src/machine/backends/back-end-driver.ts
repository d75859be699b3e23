import type { Logger } from 'pino';
import {
  type Domid,
  messageOf,
  parseDomid,
  parseXenbusState,
  XenbusState,
} from '../../model/index.js';
import type { Watch, XenStoreClient } from '../../xenstore/client.js';
import { isXenStoreError } from '../../xenstore/errors.js';
import type { SimulatedHypervisor } from '../simulated-hypervisor.js';
import { type MappedRings, mapGrants } from './mapped-rings.js';

/** What tells one kind of back end from another. */
export interface BackEndKind {
  /** Its directory below `backend`: `vbd`, `vif`, `qdisk`. */
  readonly name: string;
  /** The front end's nodes that hold grant references and event channels. */
  readonly ringNodes: readonly string[];
  readonly channelNodes: readonly string[];
  /** What it offers before the front end is there; rejects where it cannot serve the device. */
  features(read: ReadNode): Promise<Nodes>;
  /** What the hotplug script would write; rejects where the script would fail. Absent: no script. */
  readonly hotplug?: (read: ReadNode) => Promise<Nodes>;
  /** What it publishes once connected. */
  connected(read: ReadNode): Promise<Nodes>;
}

/** Reads a node of the device's back half. */
export type ReadNode = (node: string) => Promise<string | undefined>;
export type Nodes = Readonly<Record<string, string>>;
export type DriverLogger = Pick<Logger, 'warn'>;

/**
 * One device of a back end: the back half of the XenBus handshake, as blkback and netback of
 * Linux do it. Every event makes it look again at both states and take the next step.
 */
export class BackEndDevice {
  readonly #kind: BackEndKind;
  readonly #store: XenStoreClient;
  readonly #hypervisor: SimulatedHypervisor;
  readonly #path: string;
  readonly #frontDomid: Domid;
  readonly #logger: DriverLogger;
  #frontPath = '';
  #frontWatch: Watch | undefined;
  #rings: MappedRings | undefined;
  #work: Promise<void> = Promise.resolve();
  #gone = false;

  constructor(
    kind: BackEndKind,
    store: XenStoreClient,
    hypervisor: SimulatedHypervisor,
    path: string,
    frontDomid: Domid,
    logger: DriverLogger,
  ) {
    this.#kind = kind;
    this.#store = store;
    this.#hypervisor = hypervisor;
    this.#path = path;
    this.#frontDomid = frontDomid;
    this.#logger = logger;
  }

  /** Something changed: look again, after what is under way. */
  poke(): void {
    this.#work = this.#work.then(() => this.#step()).catch((error: unknown) => this.#fail(error));
  }

  /** The tree of the device is gone. */
  async remove(): Promise<void> {
    this.#gone = true;
    this.#disconnect();
    await this.#frontWatch?.close();
  }

  async #step(): Promise<void> {
    if (this.#gone) return;
    const state = parseXenbusState(await this.#read('state'));
    if (state === XenbusState.initialising) return this.#initialise();
    if (state === XenbusState.unknown || state === XenbusState.closed) return;
    const front = parseXenbusState(await this.#store.maybeRead(`${this.#frontPath}/state`));
    if (front === XenbusState.initialised || front === XenbusState.connected) {
      if (state === XenbusState.initWait) await this.#connect();
    } else if (front === XenbusState.closing && state !== XenbusState.closing) {
      await this.#setState(XenbusState.closing);
    } else if (front === XenbusState.closed || front === XenbusState.unknown) {
      // A front end that is not there any more counts as closed (xenbus_otherend_changed of Linux).
      this.#disconnect();
      await this.#setState(XenbusState.closed);
    }
  }

  async #initialise(): Promise<void> {
    // The device may have been set up anew in place of one that was served already.
    this.#disconnect();
    await this.#frontWatch?.close();
    this.#frontPath = (await this.#read('frontend')) ?? '';
    if (parseDomid((await this.#read('frontend-id')) ?? '') !== this.#frontDomid) {
      throw new Error(`frontend-id is not ${this.#frontDomid}`);
    }
    this.#frontWatch = await this.#store.watch(`${this.#frontPath}/state`);
    this.#follow(this.#frontWatch).catch((error: unknown) => this.#fail(error));
    const features = await this.#kind.features((node) => this.#read(node));
    await this.#publish({ ...features, state: String(XenbusState.initWait) });
    if (this.#kind.hotplug !== undefined) await this.#plugIn(this.#kind.hotplug);
  }

  async #plugIn(script: (read: ReadNode) => Promise<Nodes>): Promise<void> {
    try {
      const nodes = await script((node) => this.#read(node));
      await this.#publish({ ...nodes, 'hotplug-status': 'connected' });
    } catch (error) {
      const message = messageOf(error);
      await this.#publish({ 'hotplug-error': message, 'hotplug-status': 'error' });
    }
  }

  async #connect(): Promise<void> {
    if (this.#kind.hotplug !== undefined && (await this.#read('hotplug-status')) !== 'connected') {
      return;
    }
    this.#rings ??= await mapGrants(this.#store, this.#hypervisor, {
      path: this.#frontPath,
      domid: this.#frontDomid,
      ringNodes: this.#kind.ringNodes,
      channelNodes: this.#kind.channelNodes,
    });
    const nodes = await this.#kind.connected((node) => this.#read(node));
    await this.#publish({ ...nodes, state: String(XenbusState.connected) });
  }

  #disconnect(): void {
    this.#rings?.unmap();
    this.#rings = undefined;
  }

  async #follow(watch: Watch): Promise<void> {
    for await (const _ of watch) this.poke();
  }

  #read(node: string): Promise<string | undefined> {
    return this.#store.maybeRead(`${this.#path}/${node}`);
  }

  async #setState(state: XenbusState): Promise<void> {
    await this.#publish({ state: String(state) });
  }

  /** Writes nodes of the device, unless it has been removed meanwhile. */
  async #publish(nodes: Nodes): Promise<void> {
    await this.#store.transaction(async (tx) => {
      if (!(await tx.exists(`${this.#path}/frontend`))) return;
      for (const [node, value] of Object.entries(nodes)) {
        await tx.write(`${this.#path}/${node}`, value);
      }
    });
  }

  /** What the guest published makes no sense: close, and leave word (`xenbus_dev_fatal` of Linux). */
  #fail(error: unknown): void {
    // Without the store, which the driver as a whole reports, there is nobody to tell.
    if (this.#gone || isXenStoreError(error, 'ECONNRESET')) return;
    const message = messageOf(error);
    const device = this.#path;
    this.#logger.warn({ device, domid: this.#frontDomid, err: error }, 'a device was given up');
    this.#disconnect();
    this.#publish({ error: message, state: String(XenbusState.closing) }).catch((err: unknown) =>
      this.#logger.warn({ device, err }, 'a device that was given up could not be marked so'),
    );
  }
}
