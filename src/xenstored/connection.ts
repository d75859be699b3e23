import { domainPath } from '../xenstore/path.js';
import { Outbox } from './outbox.js';
import type { Transaction } from './transaction.js';
import type { WatchEntry } from './watches.js';

/**
 * What a connection is doing, in the words of the C daemon: `OK` nothing, `BUSY` a request is being
 * handled or its reply is under way, `BLOCKED` the client does not read what was sent to it.
 */
export type ConnectionState = 'OK' | 'BUSY' | 'BLOCKED';

/** What a connection may do, whoever it is: `ro` on the read-only socket. */
export type ConnectionAccess = 'rw' | 'ro';

/** The protocol state of one client: who it is, its transactions, its watches, its outbox. */
export class Connection {
  /** Counts connections, for `control connections` and logs. */
  readonly id: number;
  readonly domid: number;
  /** The base of its relative paths. */
  readonly home: string;
  readonly access: ConnectionAccess;
  state: ConnectionState = 'OK';
  /** It has been logged that many events wait for it. */
  isKnownToLag = false;
  readonly outbox = new Outbox();
  readonly transactions = new Map<number, Transaction>();
  /** By {@link watchKey}, in order of registration. */
  readonly watches = new Map<string, WatchEntry<Connection>>();
  readonly #wake: () => void;
  #lastTransactionId = 0;

  /** @param wake called whenever the outbox has got an event; replies come only when asked for */
  constructor(id: number, domid: number, access: ConnectionAccess, wake: () => void) {
    this.id = id;
    this.domid = domid;
    this.home = domainPath(domid);
    this.access = access;
    this.#wake = wake;
  }

  get isPrivileged(): boolean {
    return this.domid === 0;
  }

  nextTransactionId(): number {
    do {
      this.#lastTransactionId =
        this.#lastTransactionId >= 0xffff_ffff ? 1 : this.#lastTransactionId + 1;
    } while (this.transactions.has(this.#lastTransactionId));
    return this.#lastTransactionId;
  }

  reply(
    type: number,
    requestId: number,
    transactionId: number,
    payload: string,
    batch: number,
  ): void {
    this.outbox.reply(type, requestId, transactionId, payload, batch);
  }

  event(payload: string, batch: number, coalesce: boolean): void {
    this.outbox.event(payload, batch, coalesce);
    this.#wake();
  }
}

/** A connection has at most one watch on a path under a token, however the path was written. */
export function watchKey(path: string, token: string): string {
  return `${path}\0${token}`;
}
