import { join } from 'node:path';
import type { StateDir } from '../../src/runtime/state-dir.js';
import { XenStoreClient } from '../../src/xenstore/client.js';
import { isXenStoreError } from '../../src/xenstore/errors.js';

/** A guest whose program is the test: a connection to the store as the domain that it is. */
export class HostileGuest {
  readonly store: XenStoreClient;
  #stopped = false;
  #running: Promise<unknown>[] = [];
  /** How often an attack that goes on has gone round. */
  rounds = 0;

  static async connect({ storeDir }: StateDir, domid: number): Promise<HostileGuest> {
    return new HostileGuest(await XenStoreClient.connect(join(storeDir, 'domain', `${domid}`)));
  }

  private constructor(store: XenStoreClient) {
    this.store = store;
  }

  /** Tries something that may be refused. */
  async attempt(deed: Promise<unknown>): Promise<void> {
    await deed.catch(() => undefined);
  }

  /** Does something again and again until it is told to stop, or is cut off. */
  forever(attack: (round: number) => Promise<unknown>): void {
    const run = async (): Promise<void> => {
      for (; !this.#stopped; this.rounds += 1) {
        try {
          await attack(this.rounds);
        } catch (error) {
          // What is refused is refused; who destroys the guest cuts it off.
          if (isXenStoreError(error, 'ECONNRESET')) this.#stopped = true;
          else if (!isXenStoreError(error)) throw error;
        }
      }
    };
    this.#running.push(run());
  }

  /** Resolves when an attack has gone round so many times more. */
  async roundsPass(count: number): Promise<void> {
    const until = this.rounds + count;
    while (this.rounds < until) await this.store.exists('domid');
  }

  async close(): Promise<void> {
    this.#stopped = true;
    await this.store.close();
    await Promise.all(this.#running);
  }
}

export const HUGE = 'A'.repeat(1900);
/** What a terminal would act on, and bytes that are no text. */
export const CONTROLS = Buffer.from('1b5b324a1b5d303b6d696e6507000d0a9b33316dfffe80c3', 'hex');

/** Everything that belongs to the guest in a tree that the toolstack made. */
export async function ownNodes(store: XenStoreClient): Promise<string[]> {
  const nodes: string[] = [];
  const visit = async (path: string): Promise<void> => {
    const [owner] = await store.getPermissions(path);
    if (owner?.domid !== 0) nodes.push(path);
    for (const child of await store.list(path)) await visit(`${path}/${child}`);
  };
  for (const root of await store.list('.').catch(() => [])) await visit(root);
  return nodes;
}
