import { parseXenbusState, XenbusState } from '../../model/index.js';
import type { XenStoreClient } from '../../xenstore/client.js';
import { DEVICE_CLASSES } from './device-classes.js';
import { FrontEnd } from './front-end.js';
import type { Guest } from './guest.js';
import { serve } from './serve.js';

/** The guest's XenBus: finds the devices below `device` and runs a front end for each. */
export class FrontEnds {
  readonly #guest: Guest;
  readonly #store: XenStoreClient;
  readonly #known = new Map<string, FrontEnd>();

  constructor(guest: Guest, store: XenStoreClient) {
    this.#guest = guest;
    this.#store = store;
  }

  /** Returns when the search has begun; it goes on for the life of the guest. */
  async start(): Promise<void> {
    const device = { path: 'device', name: 'xenbus' };
    await serve(this.#guest, this.#store, device, () => this.#scan());
  }

  /** A device that was closed may be set up again under the same number. */
  async #isNew(path: string): Promise<boolean> {
    const known = this.#known.get(path);
    if (known === undefined) return true;
    if (!known.isOver) return false;
    const state = parseXenbusState(await this.#store.maybeRead(`${path}/state`));
    return state === XenbusState.initialising;
  }

  async #scan(): Promise<void> {
    const present = new Set<string>();
    const { noFront } = this.#guest.parameters;
    for (const [kind, deviceClass] of Object.entries(DEVICE_CLASSES)) {
      if (noFront.includes(kind)) continue;
      for (const id of (await this.#store.maybeList(`device/${kind}`)) ?? []) {
        const path = `device/${kind}/${id}`;
        present.add(path);
        if (!(await this.#isNew(path))) continue;
        const device = { kind, path };
        const frontEnd = new FrontEnd(this.#guest, this.#store, deviceClass, device);
        this.#known.set(path, frontEnd);
        frontEnd.start();
      }
    }
    for (const [path, frontEnd] of this.#known) {
      if (present.has(path)) continue;
      frontEnd.release();
      this.#known.delete(path);
    }
  }
}
