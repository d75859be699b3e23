import { parseDomid } from '../../model/index.js';
import type { XenStoreClient } from '../../xenstore/client.js';
import { isXenStoreError } from '../../xenstore/errors.js';
import type { SimulatedHypervisor } from '../simulated-hypervisor.js';
import { BackEndDevice, type BackEndKind, type DriverLogger } from './back-end-driver.js';

const ROOT = '/local/domain/0/backend';
/** Only these can move a device on; its other nodes change too often to look again each time. */
const DECISIVE_NODES: ReadonlySet<string> = new Set(['state', 'hotplug-status', 'frontend']);

/** Domain 0's drivers of one kind: finds devices below `backend/<kind>` and serves each. */
export class BackEnds {
  readonly #kind: BackEndKind;
  readonly #store: XenStoreClient;
  readonly #hypervisor: SimulatedHypervisor;
  readonly #logger: DriverLogger;
  readonly #devices = new Map<string, BackEndDevice>();

  constructor(
    kind: BackEndKind,
    store: XenStoreClient,
    hypervisor: SimulatedHypervisor,
    logger: DriverLogger,
  ) {
    this.#kind = kind;
    this.#store = store;
    this.#hypervisor = hypervisor;
    this.#logger = logger;
  }

  /** Runs until the connection to the store ends. */
  async run(): Promise<void> {
    const root = `${ROOT}/${this.#kind.name}`;
    for await (const { path } of await this.#store.watch(root)) {
      try {
        if (path === root) await this.#scanAll(root);
        else await this.#look(path);
      } catch (error) {
        // One device's trouble is none of the others'; without its store no driver goes on.
        if (isXenStoreError(error, 'ECONNRESET')) throw error;
        this.#logger.warn({ path, err: error }, 'a device could not be looked at');
      }
    }
  }

  async #scanAll(root: string): Promise<void> {
    for (const domid of (await this.#store.maybeList(root)) ?? []) {
      for (const id of (await this.#store.maybeList(`${root}/${domid}`)) ?? []) {
        await this.#look(`${root}/${domid}/${id}`);
      }
    }
    await this.#forgetRemoved(root);
  }

  /** An event below the root: `<domid>`, `<domid>/<id>` or a node of a device. */
  async #look(eventPath: string): Promise<void> {
    const [domidText = '', id, node] = eventPath
      .slice(ROOT.length + this.#kind.name.length + 2)
      .split('/');
    const domid = parseDomid(domidText);
    if (domid === undefined) return;
    if (id === undefined) return this.#forgetRemoved(eventPath);
    const path = `${ROOT}/${this.#kind.name}/${domidText}/${id}`;
    let device = this.#devices.get(path);
    if (device !== undefined && node !== undefined && !DECISIVE_NODES.has(node)) return;
    if (!(await this.#store.exists(`${path}/frontend`))) {
      this.#devices.delete(path);
      await device?.remove();
      return;
    }
    if (device === undefined) {
      device = new BackEndDevice(
        this.#kind,
        this.#store,
        this.#hypervisor,
        path,
        domid,
        this.#logger,
      );
      this.#devices.set(path, device);
    }
    device.poke();
  }

  async #forgetRemoved(below: string): Promise<void> {
    for (const [path, device] of this.#devices) {
      if (!path.startsWith(`${below}/`) || (await this.#store.exists(path))) continue;
      this.#devices.delete(path);
      await device.remove();
    }
  }
}
