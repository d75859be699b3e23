import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { growingWaits } from './backoff.js';
import { inWords, type RequestSubject, StoreConnection } from './connection.js';
import { XenStoreError } from './errors.js';
import { fateOf } from './fate.js';
import { MessageType } from './wire.js';

const FIRST_WAIT_MS = 10;
const LONGEST_WAIT_MS = 1000;
/** The longest that timers can take, in ms. */
const TIMER_MAX_MS = 0x7fff_ffff;

/** How to come to another connection when one is lost. */
export interface Reconnection {
  /** Makes a new transport to the same store; rejects while there is none, or when called off. */
  readonly dial: (signal: AbortSignal) => Promise<Duplex>;
  /** How long after a loss everything counts as lost for good, in ms. */
  readonly giveUpAfterMs: number;
}

/** Whoever lives on a link. */
export interface LinkUser {
  /** Called for each watch event. */
  deliver(path: string, token: string): void;
  /**
   * Sends over a new connection what makes it as good as the one before. Requests go out once this
   * has resolved; it never rejects.
   */
  restore(connection: StoreConnection): Promise<void>;
  /** Called once: nothing more will come. */
  end(error: XenStoreError): void;
}

interface Waiter {
  go(connection: StoreConnection): void;
  fail(error: XenStoreError): void;
}

/**
 * What a client speaks through: a connection, and where a reconnection is given, another one when
 * that is lost. The rules are those of docs/decisions/0006-client-reconnects.md.
 */
export class StoreLink {
  /** Resolves when the link has ended, for whatever reason; never rejects. */
  readonly closed: Promise<void>;
  readonly #user: LinkUser;
  readonly #reconnection: Reconnection | undefined;
  #setClosed: () => void = () => undefined;
  /** Undefined between two connections. */
  #connection: StoreConnection | undefined;
  #waiters: Waiter[] = [];
  #lost: XenStoreError | undefined;
  /** Ends the search for another connection. */
  #seeking: AbortController | undefined;
  #isClosing = false;

  constructor(transport: Duplex, user: LinkUser, reconnection?: Reconnection) {
    if (reconnection !== undefined) checkLimit(reconnection.giveUpAfterMs);
    this.#user = user;
    this.#reconnection = reconnection;
    this.closed = new Promise((resolve) => {
      this.#setClosed = resolve;
    });
    this.#connection = this.#connectionOver(transport);
  }

  /** Why the link is of no more use; undefined while it is, or may be again. */
  get lost(): XenStoreError | undefined {
    return this.#lost;
  }

  /** The connection there is; undefined between two. */
  get connection(): StoreConnection | undefined {
    return this.#connection;
  }

  /**
   * Sends a request outside of transactions; resolves with the payload of the reply. One that can
   * be repeated is, when its connection is lost.
   */
  request(
    type: MessageType,
    payload: string | Uint8Array,
    subject: RequestSubject,
  ): Promise<Buffer> {
    let used: StoreConnection | undefined;
    const send = (connection: StoreConnection) => {
      used = connection;
      return connection.request(type, 0, payload, subject);
    };
    const answer = this.withConnection(subject, send);
    if (this.#reconnection === undefined || fateOf({ type, transactionId: 0 }) !== 'repeat') {
      return answer;
    }
    return answer.catch((error: unknown) => {
      if (used?.lost === undefined || this.#lost !== undefined) throw error;
      // Not again and again: it may be what kills the daemon.
      return this.withConnection(subject, send);
    });
  }

  /** Calls `use` at once if there is a connection, else when there is one again, in order. */
  withConnection<T>(
    subject: RequestSubject,
    use: (connection: StoreConnection) => Promise<T>,
  ): Promise<T> {
    if (this.#connection !== undefined) return use(this.#connection);
    return new Promise((resolve, reject) => {
      const fail = (cause: XenStoreError) => {
        const what = `${inWords(subject)}, which was not sent`;
        reject(new XenStoreError(cause.code, what, { path: subject.path, cause }));
      };
      if (this.#lost !== undefined) fail(this.#lost);
      else {
        const go = (connection: StoreConnection) => resolve(use(connection));
        this.#waiters.push({ go, fail });
      }
    });
  }

  /** Ends the link at once; requests still unanswered reject. */
  close(): Promise<void> {
    this.#isClosing = true;
    this.#seeking?.abort();
    void this.#connection?.close();
    return this.closed;
  }

  #connectionOver(transport: Duplex): StoreConnection {
    const connection = new StoreConnection(
      transport,
      (path, token) => this.#user.deliver(path, token),
      (error) => {
        if (connection === this.#connection) this.#onLoss(connection, error);
      },
    );
    return connection;
  }

  #onLoss(connection: StoreConnection, error: XenStoreError): void {
    const reconnection = this.#reconnection;
    // A daemon that speaks nonsense is not gone: another connection would not help.
    if (reconnection === undefined || this.#isClosing || error.code !== 'ECONNRESET') {
      this.#end(error);
      void connection.closed.then(this.#setClosed);
      return;
    }
    this.#connection = undefined;
    void this.#reconnect(reconnection, error).then((failure) => {
      if (failure === undefined) return;
      this.#end(failure);
      this.#setClosed();
    });
  }

  /** Resolves with why there is no connection, and will not be. */
  async #reconnect(
    { dial, giveUpAfterMs }: Reconnection,
    loss: XenStoreError,
  ): Promise<XenStoreError | undefined> {
    const seeking = new AbortController();
    this.#seeking = seeking;
    const { signal } = seeking;
    const timer = setTimeout(() => seeking.abort(), giveUpAfterMs);
    let cause: unknown = loss;
    try {
      for (const waitMs of growingWaits(FIRST_WAIT_MS, LONGEST_WAIT_MS)) {
        try {
          await delay(waitMs, undefined, { signal });
          await this.#takeUp(this.#connectionOver(await dial(signal)), signal);
          return undefined;
        } catch (error) {
          if (signal.aborted) break;
          cause = error;
        }
      }
    } finally {
      clearTimeout(timer);
    }
    return this.#isClosing
      ? new XenStoreError('ECONNRESET', 'the connection was closed on our side')
      : new XenStoreError('ECONNRESET', `the store did not come back in ${giveUpAfterMs} ms`, {
          cause,
        });
  }

  /** @throws XenStoreError when the connection does not live to be used */
  async #takeUp(connection: StoreConnection, signal: AbortSignal): Promise<void> {
    const abandon = () => void connection.close();
    signal.addEventListener('abort', abandon, { once: true });
    if (signal.aborted) abandon();
    // Any daemon answers this, whoever asks; to be connected is not yet to be served.
    const subject = { verb: 'ask whether the store answers' };
    const probe = connection.request(MessageType.GET_DOMAIN_PATH, 0, '0\0', subject);
    await Promise.allSettled([this.#user.restore(connection), probe]);
    signal.removeEventListener('abort', abandon);
    if (connection.lost !== undefined) throw connection.lost;
    this.#connection = connection;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const { go } of waiters) go(connection);
  }

  #end(error: XenStoreError): void {
    this.#lost = error;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const { fail } of waiters) fail(error);
    this.#user.end(error);
  }
}

function checkLimit(giveUpAfterMs: number): void {
  if (giveUpAfterMs > 0 && giveUpAfterMs <= TIMER_MAX_MS) return;
  throw new RangeError(`giveUpAfterMs is ${giveUpAfterMs}, not within 1 and ${TIMER_MAX_MS} ms`);
}
