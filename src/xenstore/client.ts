import type { Duplex } from 'node:stream';
import { dial } from './dial.js';
import { XenStoreError } from './errors.js';
import { type Reconnection, StoreLink } from './link.js';
import { splitStrings, TreeRequests } from './requests.js';
import type { Store } from './store.js';
import { runTransaction } from './transaction.js';
import type { StoreView } from './view.js';
import type { Watch } from './watch.js';
import { Watches } from './watches.js';
import { MessageType } from './wire.js';

export type { Store } from './store.js';
export type { StoreView } from './view.js';
export type { Watch, WatchEvent } from './watch.js';

/** How often a transaction is tried unless the caller says otherwise. */
const TRANSACTION_ATTEMPTS = 100;

/**
 * A connection to a store daemon. Requests are pipelined: they may be made without awaiting those
 * before them, and the daemon handles them in order. Several transactions may be open at a time.
 */
export class XenStoreClient extends TreeRequests implements Store {
  /**
   * Resolves when the connection has ended, by close() or because it was lost for good; never
   * rejects.
   */
  readonly closed: Promise<void>;
  readonly #link: StoreLink;
  readonly #watches: Watches;

  /**
   * Connects to a UNIX socket. With `reconnect` it connects again when the connection is lost, and
   * gives up after so many ms without; see docs/decisions/0006-client-reconnects.md for what that
   * means to requests, transactions and watches. Without, all is lost with the connection.
   *
   * @throws XenStoreError ECONNREFUSED when no store daemon listens there
   */
  static async connect(
    socketPath: string,
    options: { readonly reconnect?: { readonly giveUpAfterMs: number } } = {},
  ): Promise<XenStoreClient> {
    const { reconnect } = options;
    return new XenStoreClient(
      await dial(socketPath),
      reconnect === undefined
        ? undefined
        : { ...reconnect, dial: (signal) => dial(socketPath, signal) },
    );
  }

  /** Speaks over a transport that is connected already. */
  constructor(transport: Duplex, reconnection?: Reconnection) {
    const watches = new Watches();
    const link = new StoreLink(transport, watches, reconnection);
    super((type, payload, what) => link.request(type, payload, what));
    this.#link = link;
    this.#watches = watches;
    this.closed = link.closed;
  }

  /**
   * Runs `body` in a transaction and commits it; ends it without effect when `body` throws. When
   * the commit collides with others (EAGAIN), or the connection is lost before the commit is sent
   * and there is another, all of `body` runs again, up to `attempts` times: it must have no effects
   * but those on the store. ECONNRESET when the connection is lost and it is unknown whether the
   * transaction was committed.
   */
  transaction<T>(
    body: (tx: StoreView) => Promise<T>,
    options: { readonly attempts?: number } = {},
  ): Promise<T> {
    return runTransaction(this.#link, body, options.attempts ?? TRANSACTION_ATTEMPTS);
  }

  /**
   * Registers a watch on a node and all below it, or on `@introduceDomain` or `@releaseDomain`.
   * The node need not exist.
   */
  watch(path: string): Promise<Watch> {
    return this.#watches.watch(this.#link, path);
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
    return this.#link.close();
  }

  #send(type: MessageType, payload: string | Uint8Array, verb: string): Promise<Buffer> {
    return this.#link.request(type, payload, { verb });
  }
}

function parseString(answer: Buffer): string {
  return splitStrings(answer.toString('utf8')).join('\0');
}
