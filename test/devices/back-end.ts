import { backEndPath, type DeviceAddress } from '../../src/layout/index.js';
import { XenbusState } from '../../src/model/index.js';
import type { Watch, XenStoreClient } from '../../src/xenstore/client.js';

/** What a scripted back end writes below its directory when it sees a state; undefined: nothing. */
export type Script = (state: XenbusState) => Readonly<Record<string, string>> | undefined;

/** A driver as it should be. */
export const WILLING: Script = (state) => {
  if (state === XenbusState.initialising) return { 'hotplug-status': 'connected', state: '2' };
  if (state === XenbusState.closing) return { state: '6' };
  return undefined;
};

/** The other end of devices: follows their state nodes over a connection of its own. */
export class BackEnds {
  readonly #store: XenStoreClient;
  readonly #watches: Watch[] = [];
  readonly #running: Promise<void>[] = [];
  /** States that each device was seen in, by its label in the script's order. */
  readonly seen: string[] = [];

  constructor(store: XenStoreClient) {
    this.#store = store;
  }

  async serve(address: DeviceAddress, script: Script): Promise<void> {
    const watch = await this.#store.watch(`${backEndPath(address)}/state`);
    this.#watches.push(watch);
    this.#running.push(this.#follow(watch, address, script));
  }

  async close(): Promise<void> {
    await Promise.all(this.#watches.map((watch) => watch.close()));
    await Promise.all(this.#running);
    await this.#store.close();
  }

  async #follow(watch: Watch, address: DeviceAddress, script: Script): Promise<void> {
    const path = backEndPath(address);
    for await (const _ of watch) {
      const state = await this.#store.maybeRead(`${path}/state`);
      if (state === undefined) continue;
      const online = (await this.#store.maybeRead(`${path}/online`)) ?? '-';
      this.seen.push(`${address.kind}/${address.id} state ${state} online ${online}`);
      const answer = script(Number(state) as XenbusState);
      if (answer === undefined) continue;
      await this.#store.transaction(async (tx) => {
        if (!(await tx.exists(`${path}/frontend`))) return;
        for (const [node, value] of Object.entries(answer))
          await tx.write(`${path}/${node}`, value);
      });
    }
  }
}
