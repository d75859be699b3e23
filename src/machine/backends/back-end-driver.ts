import {
  type Domid,
  messageOf,
  parseDomid,
  parseXenbusState,
  XenbusState,
} from '../../model/index.js';
import type { Watch } from '../../xenstore/client.js';
import { isXenStoreError } from '../../xenstore/errors.js';
import type { BackEndHome, BackEndKind, Nodes } from './back-end-kind.js';
import { playHotplug } from './hotplug.js';
import { type MappedRings, mapGrants } from './mapped-rings.js';

/**
 * One device of a back end: the back half of the XenBus handshake, as blkback and netback of
 * Linux do it. Every event makes it look again at both states and take the next step.
 */
export class BackEndDevice {
  readonly #kind: BackEndKind;
  readonly #home: BackEndHome;
  readonly #path: string;
  readonly #frontDomid: Domid;
  #frontPath = '';
  #frontWatch: Watch | undefined;
  #rings: MappedRings | undefined;
  #params: string | undefined;
  #work: Promise<void> = Promise.resolve();
  #isPoked = false;
  #gone = false;
  #hasFailed = false;

  constructor(kind: BackEndKind, home: BackEndHome, path: string, frontDomid: Domid) {
    this.#kind = kind;
    this.#home = home;
    this.#path = path;
    this.#frontDomid = frontDomid;
  }

  /** Something changed: look again, after what is under way. However often, one look sees it all. */
  poke(): void {
    if (this.#isPoked) return;
    this.#isPoked = true;
    this.#work = this.#work
      .then(() => this.#home.whenRunnable())
      .then(() => {
        this.#isPoked = false;
        return this.#step();
      })
      .catch((error: unknown) => this.#fail(error));
  }

  /** The tree of the device is gone. */
  async remove(): Promise<void> {
    this.abandon();
    await this.#frontWatch?.close();
  }

  /** The domain that the driver runs in is gone, and with it what it had mapped. */
  abandon(): void {
    this.#gone = true;
    this.#disconnect();
  }

  async #step(): Promise<void> {
    if (this.#gone) return;
    const state = parseXenbusState(await this.#read('state'));
    if (state === XenbusState.initialising) return this.#initialise();
    if (state === XenbusState.unknown) return;
    const front = await this.#readFrontState();
    if (state === XenbusState.closed) {
      // A front end that begins again, after a kexec say, is served again (frontend_changed of blkback).
      if (front === XenbusState.initialising && this.#frontPath !== '') await this.#initialise();
      return;
    }
    if (state === XenbusState.connected) await this.#followMedium();
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
    this.#hasFailed = false;
    // The device may have been set up anew in place of one that was served already.
    this.#disconnect();
    await this.#frontWatch?.close();
    this.#frontPath = (await this.#read('frontend')) ?? '';
    if (parseDomid((await this.#read('frontend-id')) ?? '') !== this.#frontDomid) {
      throw new Error(`frontend-id is not ${this.#frontDomid}`);
    }
    this.#frontWatch = await this.#home.store.watch(`${this.#frontPath}/state`);
    this.#follow(this.#frontWatch).catch((error: unknown) => this.#fail(error));
    const features = await this.#kind.features((node) => this.#read(node));
    await this.#publish({ ...features, state: String(XenbusState.initWait) });
    const script = await playHotplug(this.#home, this.#kind, (node) => this.#read(node));
    if (script !== undefined) await this.#publish(script);
  }

  async #connect(): Promise<void> {
    if (this.#kind.hotplug !== undefined && (await this.#read('hotplug-status')) !== 'connected') {
      return;
    }
    this.#rings ??= await mapGrants(this.#home, {
      path: this.#frontPath,
      domid: this.#frontDomid,
      ringNodes: this.#kind.ringNodes,
      channelNodes: this.#kind.channelNodes,
    });
    this.#params = await this.#read('params');
    const nodes = await this.#kind.connected((node) => this.#read(node));
    await this.#publish({ ...nodes, state: String(XenbusState.connected) });
  }

  /** A medium was changed or taken out: tells what is in the drive now, as QEMU does. */
  async #followMedium(): Promise<void> {
    const params = await this.#read('params');
    if (params === this.#params) return;
    this.#params = params;
    try {
      await this.#publish(await this.#kind.connected((node) => this.#read(node)));
    } catch (error) {
      await this.#publish({ error: messageOf(error) });
    }
  }

  async #readFrontState(): Promise<XenbusState> {
    try {
      return parseXenbusState(await this.#home.store.maybeRead(`${this.#frontPath}/state`));
    } catch (error) {
      // A driver domain may not look at what a dead domain has left.
      if (isXenStoreError(error, 'EACCES')) return XenbusState.unknown;
      throw error;
    }
  }

  #disconnect(): void {
    this.#rings?.unmap();
    this.#rings = undefined;
  }

  async #follow(watch: Watch): Promise<void> {
    for await (const _ of watch) this.poke();
  }

  #read(node: string): Promise<string | undefined> {
    return this.#home.store.maybeRead(`${this.#path}/${node}`);
  }

  async #setState(state: XenbusState): Promise<void> {
    await this.#publish({ state: String(state) });
  }

  /** Writes nodes of the device, unless it has been removed meanwhile. */
  async #publish(nodes: Nodes): Promise<void> {
    await this.#home.store.transaction(async (tx) => {
      if (!(await tx.exists(`${this.#path}/frontend`))) return;
      for (const [node, value] of Object.entries(nodes)) {
        await tx.write(`${this.#path}/${node}`, value);
      }
    });
  }

  /** What the guest published makes no sense: close, and leave word (`xenbus_dev_fatal` of Linux). */
  #fail(error: unknown): void {
    // Without the store, which the driver as a whole reports, there is nobody to tell.
    if (this.#gone || this.#hasFailed || isXenStoreError(error, 'ECONNRESET')) return;
    // Once: what it writes now has it look again, and fail again.
    this.#hasFailed = true;
    const message = messageOf(error);
    const device = this.#path;
    const { logger } = this.#home;
    logger.warn({ device, domid: this.#frontDomid, err: error }, 'a device was given up');
    this.#disconnect();
    this.#publish({ error: message, state: String(XenbusState.closing) }).catch((err: unknown) =>
      logger.warn({ device, err }, 'a device that was given up could not be marked so'),
    );
  }
}
