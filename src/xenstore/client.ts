import { createConnection } from 'node:net';
import type { Duplex } from 'node:stream';
import { StoreConnection } from './connection.js';
import { isXenStoreError, XenStoreError } from './errors.js';
import { splitStrings, TreeRequests } from './requests.js';
import type { StoreView } from './view.js';
import { type Watch, WatchQueue } from './watch.js';
import { MessageType } from './wire.js';

export type { StoreView } from './view.js';
export type { Watch, WatchEvent } from './watch.js';

/** How often a transaction is tried unless the caller says otherwise. */
const TRANSACTION_ATTEMPTS = 100;

/**
 * A connection to a store daemon. Requests are pipelined: they may be made without awaiting those
 * before them, and the daemon handles them in order. Several transactions may be open at a time.
 */
export class XenStoreClient extends TreeRequests {
  /** Resolves when the connection has ended, by close() or because it was lost; never rejects. */
  readonly closed: Promise<void>;
  readonly #connection: StoreConnection;
  readonly #watches = new Map<string, WatchQueue>();
  #lastToken = 0;

  /** Connects to a UNIX socket. ECONNREFUSED when no store daemon listens there. */
  static connect(socketPath: string): Promise<XenStoreClient> {
    return new Promise((resolve, reject) => {
      const socket = createConnection(socketPath);
      const onError = (cause: NodeJS.ErrnoException) => {
        const code = cause.code === 'EACCES' ? 'EACCES' : 'ECONNREFUSED';
        reject(new XenStoreError(code, `connect to ${socketPath}`, { cause }));
      };
      socket.once('error', onError);
      socket.once('connect', () => {
        socket.off('error', onError);
        resolve(new XenStoreClient(socket));
      });
    });
  }

  /** Speaks over a transport that is connected already. */
  constructor(transport: Duplex) {
    const connection = new StoreConnection(
      transport,
      (path, token) => this.#watches.get(token)?.push(path),
      (error) => this.#endWatches(error),
    );
    super((type, payload, what) => connection.request(type, 0, payload, what));
    this.#connection = connection;
    this.closed = connection.closed;
  }

  /**
   * Runs `body` in a transaction and commits it; ends it without effect when `body` throws. When
   * the commit collides with others (EAGAIN) all of `body` runs again, up to `attempts` times:
   * it must have no effects but those on the store.
   */
  async transaction<T>(
    body: (tx: StoreView) => Promise<T>,
    options: { readonly attempts?: number } = {},
  ): Promise<T> {
    const attempts = options.attempts ?? TRANSACTION_ATTEMPTS;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#attemptTransaction(body);
      } catch (error) {
        if (!isXenStoreError(error, 'EAGAIN')) throw error;
        if (attempt >= attempts) {
          throw new XenStoreError('EAGAIN', `transaction given up after ${attempts} attempts`, {
            cause: error,
          });
        }
      }
    }
  }

  async #attemptTransaction<T>(body: (tx: StoreView) => Promise<T>): Promise<T> {
    const answer = await this.#send(MessageType.TRANSACTION_START, '\0', 'start a transaction');
    const id = Number(parseString(answer));
    let over = false;
    const view = new TreeRequests((type, payload, what) =>
      over
        ? Promise.reject(
            new XenStoreError('ENOENT', `${what.verb} in a transaction that is over`, what),
          )
        : this.#connection.request(type, id, payload, what),
    );
    let result: T;
    try {
      result = await body(view);
    } catch (error) {
      over = true;
      await this.#abandonTransaction(id);
      throw error;
    }
    over = true;
    await this.#connection.request(MessageType.TRANSACTION_END, id, 'T\0', {
      verb: 'commit a transaction',
    });
    return result;
  }

  /** The failure that led here is the one to report; a lost connection ends transactions too. */
  async #abandonTransaction(id: number): Promise<void> {
    const subject = { verb: 'abandon a transaction' };
    try {
      await this.#connection.request(MessageType.TRANSACTION_END, id, 'F\0', subject);
    } catch (error) {
      if (this.#connection.lost === undefined && !isXenStoreError(error, 'ENOENT')) throw error;
    }
  }

  /**
   * Registers a watch on a node and all below it, or on `@introduceDomain` or `@releaseDomain`.
   * The node need not exist.
   */
  async watch(path: string): Promise<Watch> {
    this.#lastToken += 1;
    const token = String(this.#lastToken);
    const queue = new WatchQueue(token);
    // Before the request, as events may overtake its reply.
    this.#watches.set(token, queue);
    const payload = Buffer.from(`${path}\0${token}\0`);
    try {
      await this.#connection.request(MessageType.WATCH, 0, payload, { verb: 'watch', path });
    } catch (error) {
      this.#watches.delete(token);
      throw error;
    }
    let closing: Promise<void> | undefined;
    const close = () => {
      closing ??= this.#unwatch(path, token, queue);
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

  async #unwatch(path: string, token: string, queue: WatchQueue): Promise<void> {
    queue.discard();
    if (!this.#watches.delete(token) || this.#connection.lost !== undefined) return;
    const payload = Buffer.from(`${path}\0${token}\0`);
    try {
      await this.#connection.request(MessageType.UNWATCH, 0, payload, { verb: 'unwatch', path });
    } catch (error) {
      // A watch ends with its connection: then there is nothing left to unregister.
      if (this.#connection.lost === undefined) throw error;
    }
  }

  #endWatches(error: XenStoreError): void {
    for (const queue of this.#watches.values()) queue.end(error);
    this.#watches.clear();
  }

  /**
   * Waits until `check` makes something of the value at `path` (undefined: no such node) and
   * resolves with that. ETIMEDOUT after `timeoutMs`, ECANCELED when `signal` is aborted.
   */
  async waitFor<T>(
    path: string,
    check: (value: string | undefined) => T | undefined,
    options: { readonly timeoutMs: number; readonly signal?: AbortSignal },
  ): Promise<T> {
    const { timeoutMs, signal } = options;
    const limit = new AbortController();
    const expired = new Promise<never>((_, reject) => {
      const fail = (code: 'ETIMEDOUT' | 'ECANCELED', what: string) => {
        reject(new XenStoreError(code, `wait for ${path}${what}`, { path }));
        limit.abort();
      };
      const timer = setTimeout(() => fail('ETIMEDOUT', ` for ${timeoutMs} ms`), timeoutMs);
      const onAbort = () => fail('ECANCELED', '');
      signal?.addEventListener('abort', onAbort, { once: true });
      limit.signal.addEventListener('abort', () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
      });
      if (signal?.aborted) onAbort();
    });
    try {
      return await Promise.race([expired, this.#watchUntil(path, check, limit.signal)]);
    } finally {
      limit.abort();
    }
  }

  async #watchUntil<T>(
    path: string,
    check: (value: string | undefined) => T | undefined,
    limit: AbortSignal,
  ): Promise<T> {
    const watch = await this.watch(path);
    const stop = () => {
      // Nobody waits for this one: should it fail, the connection reports that to its other users.
      watch.close().catch(() => undefined);
    };
    limit.addEventListener('abort', stop, { once: true });
    if (limit.aborted) stop();
    for await (const _event of watch) {
      const found = check(await this.maybeRead(path));
      if (found !== undefined) return found;
    }
    throw new XenStoreError('ECANCELED', `wait for ${path}`, { path });
  }

  /**
   * Tells the store that a domain is ready to speak: its ring's page frame and event channel port.
   * Fires `@introduceDomain`.
   */
  async introduce(domid: number, frame: bigint, port: number): Promise<void> {
    const payload = `${domid}\0${frame}\0${port}\0`;
    await this.#send(MessageType.INTRODUCE, payload, `introduce domain ${domid}`);
  }

  /** Cuts a domain off from the store. Fires `@releaseDomain`. */
  async release(domid: number): Promise<void> {
    await this.#send(MessageType.RELEASE, `${domid}\0`, `release domain ${domid}`);
  }

  /** Tells the store that a domain that had shut down (suspended) runs on. */
  async resume(domid: number): Promise<void> {
    await this.#send(MessageType.RESUME, `${domid}\0`, `resume domain ${domid}`);
  }

  async isIntroduced(domid: number): Promise<boolean> {
    const what = `ask whether domain ${domid} is introduced`;
    return (
      parseString(await this.#send(MessageType.IS_DOMAIN_INTRODUCED, `${domid}\0`, what)) === 'T'
    );
  }

  /** The home of a domain in the tree: `/local/domain/<domid>`. */
  async domainPath(domid: number): Promise<string> {
    const what = `ask for the path of domain ${domid}`;
    return parseString(await this.#send(MessageType.GET_DOMAIN_PATH, `${domid}\0`, what));
  }

  /** Gives a domain (a stub domain) the rights of another, its target. */
  async setTarget(domid: number, target: number): Promise<void> {
    const what = `make domain ${target} the target of domain ${domid}`;
    await this.#send(MessageType.SET_TARGET, `${domid}\0${target}\0`, what);
  }

  /** A control command of the daemon (`help` lists them) and its answer. */
  async control(...args: readonly string[]): Promise<string> {
    const payload = Buffer.from(args.map((arg) => `${arg}\0`).join(''));
    return parseString(await this.#send(MessageType.CONTROL, payload, `control ${args.join(' ')}`));
  }

  /** Ends the connection and with it its watches and transactions. */
  close(): Promise<void> {
    return this.#connection.close();
  }

  #send(type: MessageType, payload: string | Uint8Array, verb: string): Promise<Buffer> {
    return this.#connection.request(type, 0, payload, { verb });
  }
}

function parseString(answer: Buffer): string {
  return splitStrings(answer.toString('utf8')).join('\0');
}
