import { parseDomid } from '../../model/index.js';
import { isXenStoreError } from '../../xenstore/errors.js';
import { BackEndDevice } from './back-end-driver.js';
import type { BackEndHome, BackEndKind } from './back-end-kind.js';

/** Only these can move a device on; its other nodes change too often to look again each time. */
const DECISIVE_NODES: ReadonlySet<string> = new Set([
  'state',
  'hotplug-status',
  'frontend',
  'params',
]);

/** A domain's drivers of one kind: finds devices below `backend/<kind>` and serves each. */
export class BackEnds {
  readonly #kind: BackEndKind;
  readonly #home: BackEndHome;
  readonly #root: string;
  readonly #devices = new Map<string, BackEndDevice>();

  constructor(kind: BackEndKind, home: BackEndHome) {
    this.#kind = kind;
    this.#home = home;
    this.#root = `/local/domain/${home.domid}/backend/${kind.name}`;
  }

  /** Runs until the connection to the store ends. */
  async run(): Promise<void> {
    const { store, logger } = this.#home;
    for await (const { path } of await store.watch(this.#root)) {
      try {
        if (path === this.#root) await this.#scanAll();
        else await this.#look(path);
      } catch (error) {
        // One device's trouble is none of the others'; without its store no driver goes on.
        if (isXenStoreError(error, 'ECONNRESET')) throw error;
        logger.warn({ path, err: error }, 'a device could not be looked at');
      }
    }
  }

  /** The domain that they run in is gone. */
  abandon(): void {
    for (const device of this.#devices.values()) device.abandon();
    this.#devices.clear();
  }

  async #scanAll(): Promise<void> {
    const { store } = this.#home;
    for (const domid of (await store.maybeList(this.#root)) ?? []) {
      for (const id of (await store.maybeList(`${this.#root}/${domid}`)) ?? []) {
        await this.#look(`${this.#root}/${domid}/${id}`);
      }
    }
    await this.#forgetRemoved(this.#root);
  }

  /** An event below the root: `<domid>`, `<domid>/<id>` or a node of a device. */
  async #look(eventPath: string): Promise<void> {
    const [domidText = '', id, node] = eventPath.slice(this.#root.length + 1).split('/');
    const domid = parseDomid(domidText);
    if (domid === undefined) return;
    if (id === undefined) return this.#forgetRemoved(eventPath);
    if (this.#kind.serves?.(id) === false) return;
    const path = `${this.#root}/${domidText}/${id}`;
    let device = this.#devices.get(path);
    if (device !== undefined && node !== undefined && !DECISIVE_NODES.has(node)) return;
    if (!(await this.#home.store.exists(`${path}/frontend`))) {
      this.#devices.delete(path);
      await device?.remove();
      return;
    }
    if (device === undefined) {
      device = new BackEndDevice(this.#kind, this.#home, path, domid);
      this.#devices.set(path, device);
    }
    device.poke();
  }

  async #forgetRemoved(below: string): Promise<void> {
    for (const [path, device] of this.#devices) {
      if (!path.startsWith(`${below}/`) || (await this.#home.store.exists(path))) continue;
      this.#devices.delete(path);
      await device.remove();
    }
  }
}
