import type { StoreConnection } from './connection.js';
import type { XenStoreError } from './errors.js';
import type { LinkUser, StoreLink } from './link.js';
import { stringsPayload } from './requests.js';
import { Turns } from './turns.js';
import { type Watch, WatchQueue } from './watch.js';
import { MessageType } from './wire.js';

/**
 * How many watches are registered at a time. oxenstored 4.17 now and then forgets to fire the first
 * event of one when more than some 1024 are registered in one go.
 */
const AT_ONCE = 500;

interface OpenWatch {
  readonly path: string;
  readonly token: string;
  readonly queue: WatchQueue;
  /** Whether the store has said that it knows the watch. */
  registered: boolean;
}

/** The watches of a client: each has a token of its own, never used again. */
export class Watches implements LinkUser {
  readonly #open = new Map<string, OpenWatch>();
  readonly #turns = new Turns(AT_ONCE);
  #lastToken = 0;

  deliver(path: string, token: string): void {
    // Events of a watch that was closed may still have been on their way.
    this.#open.get(token)?.queue.push(path);
  }

  async restore(connection: StoreConnection): Promise<void> {
    const registered = [...this.#open.values()].filter((watch) => watch.registered);
    // Turns of their own: the others may be taken by watches that wait for this.
    const turns = new Turns(AT_ONCE);
    await Promise.all(
      registered.map((watch) => turns.run(() => this.#restoreOne(connection, watch))),
    );
  }

  end(error: XenStoreError): void {
    for (const { queue } of this.#open.values()) queue.end(error);
    this.#open.clear();
  }

  /** Registers a watch over the link, and keeps it over each next connection. */
  async watch(link: StoreLink, path: string): Promise<Watch> {
    this.#lastToken += 1;
    const token = String(this.#lastToken);
    const queue = new WatchQueue(path, token);
    const watch: OpenWatch = { path, token, queue, registered: false };
    const payload = stringsPayload(path, token);
    // Before the request, as events may overtake its reply.
    this.#open.set(token, watch);
    try {
      await this.#turns.run(() =>
        link.request(MessageType.WATCH, payload, { verb: 'watch', path }),
      );
    } catch (error) {
      this.#open.delete(token);
      throw error;
    }
    watch.registered = true;
    let closing: Promise<void> | undefined;
    const close = () => {
      closing ??= this.#close(link.connection, watch);
      return closing;
    };
    return {
      path,
      token,
      close,
      [Symbol.asyncIterator]: () => ({
        next: () => queue.next(),
        return: async () => {
          await close();
          return { done: true, value: undefined };
        },
      }),
    };
  }

  async #close(connection: StoreConnection | undefined, watch: OpenWatch): Promise<void> {
    watch.queue.discard();
    // Between two connections nothing is registered.
    if (!this.#open.delete(watch.token) || connection === undefined) return;
    await unregister(connection, watch);
  }

  /** A watch that the store refuses now ends, and the others go on. */
  async #restoreOne(connection: StoreConnection, watch: OpenWatch): Promise<void> {
    const { path, token, queue } = watch;
    const subject = { verb: 'watch again', path };
    try {
      await connection.request(MessageType.WATCH, 0, stringsPayload(path, token), subject);
      // It was closed meanwhile.
      if (!this.#open.has(token)) await unregister(connection, watch);
    } catch (error) {
      if (connection.lost !== undefined) return;
      this.#open.delete(token);
      queue.end(error);
    }
  }
}

async function unregister(connection: StoreConnection, watch: OpenWatch): Promise<void> {
  const { path, token } = watch;
  const subject = { verb: 'unwatch', path };
  try {
    await connection.request(MessageType.UNWATCH, 0, stringsPayload(path, token), subject);
  } catch (error) {
    // A watch ends with its connection: then there is nothing left to unregister.
    if (connection.lost === undefined) throw error;
  }
}
