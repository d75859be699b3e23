import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { XenStoreError } from '../xenstore/errors.js';
import type { Frame } from '../xenstore/wire.js';
import { Channel, type ChannelOwner } from './channel.js';
import type { Commit } from './commit.js';
import type { Connection, ConnectionAccess } from './connection.js';
import { Control } from './control.js';
import { DomainSockets } from './domain-sockets.js';
import type { RingAddress } from './domains.js';
import { duplexPair } from './duplex-pair.js';
import { type CommitListener, toCommittedChanges } from './history.js';
import type { StoreHost, StoreLogger } from './host.js';
import { Lifecycle, type OpenRing } from './lifecycle.js';
import { DurableLog } from './log/log.js';
import { Requests } from './requests.js';
import { type ListeningSocket, listenOn } from './socket.js';
import { Store } from './store.js';
import { StreamTransport, type Transport } from './transport.js';

export type { CommitListener, CommittedChange, CommittedChanges } from './history.js';
export type { DomainState, StoreHost, StoreLogger } from './host.js';

/** What every store holds from the start; the toolstack adds domain 0's own nodes. */
const firstNodes = ['/tool', '/tool/xenstored', '/local', '/local/domain'];
/**
 * Requests of one connection that are handled in one go. A client that sends many at once goes on
 * with the first answers while the rest are handled, and keeps no other waiting.
 */
const REQUESTS_PER_TURN = 8;
/** How long the daemon looks for more to do before it sleeps. */
const AWAKE_MS = 0.05;
/** Connections whose changes are written to the log together, at most. */
const CONNECTIONS_PER_WRITE_MAX = 16;
/** Bytes of undelivered events beyond which a client of domain 0 is given up as dead. */
const EVENT_BYTES_MAX = 16 * 1024 * 1024;
/** After a write to the log has failed, what the hypervisor said is looked at again this much later. */
const RETRY_MS = 1000;

export interface StoreDaemonOptions {
  /**
   * Where the durable log is kept, and the sockets of domains as `domain/<domid>`. No other daemon
   * may use it at the same time.
   */
  readonly dir: string;
  readonly host: StoreHost;
  readonly logger?: StoreLogger;
}

/**
 * A store daemon: the store, its durable log, and its connections. All requests of one turn of the
 * event loop share one write to the log, made before the first of their replies is sent.
 */
export class StoreDaemon {
  readonly #host: StoreHost;
  readonly #logger: StoreLogger | undefined;
  readonly #log: DurableLog;
  readonly #store: Store;
  readonly #control: Control;
  readonly #lifecycle: Lifecycle;
  readonly #requests: Requests;
  readonly #sockets: ListeningSocket[] = [];
  readonly #channels = new Map<Connection, Channel>();
  readonly #domainSockets: DomainSockets;
  readonly #listeners = new Set<CommitListener>();
  readonly #channelOwner: ChannelOwner = {
    handle: (connection, frame) => this.#handle(connection, frame),
    requestsPerTurn: ({ isPrivileged }) =>
      isPrivileged
        ? REQUESTS_PER_TURN
        : Math.min(REQUESTS_PER_TURN, this.#store.quotas.outstanding),
    isTooFarBehind: (connection) => this.#isTooFarBehind(connection),
    schedule: (channel) => this.#schedule(channel),
    handled: (channel) => this.#handled(channel),
    ended: (channel, reason) => this.#ended(channel, reason),
  };
  #scheduled = new Set<Channel>();
  #turn: NodeJS.Immediate | undefined;
  /** Connections that made changes since the last write to the log. */
  #unsettled = 0;
  /** Those that did since the last turn, and those that had when it came. */
  #changers = 0;
  #lastChangers = 0;
  #retry: NodeJS.Timeout | undefined;
  /** Clients that asked for something since the last turn. */
  #asking = 0;
  #awakeUntil = 0;
  #isClosed = false;

  /**
   * Opens the store kept in `dir`, or begins one. Domains that were introduced and still exist are
   * served again, others are removed.
   */
  static async open(options: StoreDaemonOptions): Promise<StoreDaemon> {
    const { dir, logger } = options;
    const { log, recovered } = DurableLog.open(dir, logger);
    const daemon = new StoreDaemon(options, log, new Store(recovered.tree, recovered.domains));
    daemon.#prepare();
    return daemon;
  }

  private constructor({ dir, host, logger }: StoreDaemonOptions, log: DurableLog, store: Store) {
    this.#host = host;
    this.#logger = logger;
    this.#log = log;
    this.#store = store;
    this.#control = new Control(store, logger);
    this.#lifecycle = new Lifecycle(store, {
      domainState: (domid) => host.domainState(domid),
      openRing: (domid, ring) => this.#openRing(domid, ring),
      disconnectDomain: (domid) => this.#disconnectDomain(domid),
      settle: () => this.#settle(),
    });
    this.#requests = new Requests(store, this.#lifecycle, this.#control);
    this.#domainSockets = new DomainSockets(
      join(dir, 'domain'),
      (domid, transport) => this.#serve(domid, transport),
      (domid, error) => logger?.error({ domid, err: error }, 'cannot open the socket of a domain'),
    );
  }

  #prepare(): void {
    const { tree, domains } = this.#store;
    const missing = firstNodes.filter((path) => tree.find(path) === undefined);
    this.#store.commitOwn((edit) => {
      for (const path of missing) edit.create(path, '', tree.root.permissions);
    });
    if (!this.#settle()) {
      this.#log.close();
      throw new XenStoreError('ENOSPC', 'write the first nodes of the store');
    }
    for (const record of [...domains.all()]) this.#lifecycle.reconnect(record);
    this.domainsChanged();
  }

  /**
   * Accepts connections of domain 0 on a UNIX socket, mode 0600, or 0660 when those may only read.
   * May be called for several. A socket that a dead daemon left is replaced; EBUSY when a living one
   * listens there.
   */
  async listen(socketPath: string, access: ConnectionAccess = 'rw'): Promise<void> {
    const mode = access === 'rw' ? 0o600 : 0o660;
    const socket = await listenOn(socketPath, mode, (transport) => {
      this.#serve(0, transport, access);
    });
    this.#sockets.push(socket);
  }

  /**
   * A transport, in this process, of a connection that is the given domain; 0 is domain 0.
   * @throws XenStoreError ENOENT when the hypervisor does not know the domain
   */
  connectLocal(domid: number): Duplex {
    if (this.#isClosed) throw new XenStoreError('ECONNREFUSED', 'connect to a closed daemon');
    if (!this.#lifecycle.acquaint(domid)) {
      throw new XenStoreError('ENOENT', `connect as domain ${domid}`);
    }
    const [ours, theirs] = duplexPair();
    this.#serve(domid, new StreamTransport(ours));
    return theirs;
  }

  /**
   * To be called when domains shut down, crashed, died or run again. Removes what died and tells
   * `@releaseDomain`. Looks at all domains, or at the given one.
   */
  domainsChanged(domid?: number): void {
    if (this.#isClosed) return;
    if (!this.#lifecycle.follow(domid)) this.#retryLater();
    this.#scheduleTurn();
  }

  /** Follows all committed changes, once durable, commit by commit. Returns how to stop. */
  onCommit(listener: CommitListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Answers what was received, ends all connections and closes the log. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#runTurn();
    this.#isClosed = true;
    clearTimeout(this.#retry);
    clearImmediate(this.#turn);
    for (const socket of this.#sockets) socket.close();
    this.#domainSockets.closeAll();
    for (const channel of [...this.#channels.values()]) channel.end();
    this.#log.close();
  }

  #serve(domid: number, transport: Transport, access: ConnectionAccess = 'rw'): void {
    const connection = this.#store.connect(domid, () => this.#schedule(channel), access);
    const channel: Channel = new Channel(connection, transport, this.#channelOwner);
    this.#channels.set(connection, channel);
  }

  #handle(connection: Connection, frame: Frame): void {
    if (this.#control.isTracing) {
      const { id, domid } = connection;
      const { type, requestId, transactionId } = frame;
      const text = frame.text();
      this.#logger?.info(
        { connection: id, domid, type, requestId, transactionId, text },
        'request',
      );
    }
    try {
      this.#requests.handle(connection, frame);
    } catch (error) {
      // A fault of ours. Tree and log must not part ways for it.
      this.#logger?.error({ err: error }, 'a request could not be handled: changes are undone');
      this.#store.rollBack();
      throw error;
    }
  }

  #isTooFarBehind(connection: Connection): boolean {
    const { id, domid, outbox } = connection;
    const { quotas, softQuotas } = this.#store;
    if (connection.isPrivileged) return outbox.eventBytes > EVENT_BYTES_MAX;
    if (outbox.eventBytes > softQuotas.memory && !connection.isKnownToLag) {
      connection.isKnownToLag = true;
      this.#logger?.warn({ connection: id, domid }, 'many events wait for a domain');
    }
    return outbox.eventBytes > quotas.memory;
  }

  #ended(channel: Channel, reason: unknown): void {
    const { connection } = channel;
    this.#channels.delete(connection);
    this.#scheduled.delete(channel);
    this.#store.disconnect(connection);
    if (reason !== undefined) {
      const { id, domid } = connection;
      this.#logger?.warn({ connection: id, domid, err: reason }, 'ended a connection');
    }
  }

  #openRing(domid: number, { frame, port }: RingAddress): OpenRing | undefined {
    const transport = this.#host.connectRing(domid, frame, port);
    if (transport === undefined) return undefined;
    return {
      serve: () => {
        this.#endConnectionsOf(domid);
        this.#serve(domid, new StreamTransport(transport));
        this.#domainSockets.open(domid);
      },
      abandon: () => transport.destroy(),
    };
  }

  #disconnectDomain(domid: number): void {
    this.#domainSockets.close(domid);
    this.#endConnectionsOf(domid);
  }

  #endConnectionsOf(domid: number): void {
    for (const connection of [...this.#store.connectionsOf(domid)]) {
      this.#channels.get(connection)?.end();
    }
  }

  #schedule(channel: Channel): void {
    if (this.#isClosed) return;
    this.#scheduled.add(channel);
    this.#scheduleTurn();
  }

  /**
   * A client is answered at once, so that it works while others are served; but when many make
   * changes, those of half of them are written to the log together.
   */
  #handled(channel: Channel): void {
    this.#asking += 1;
    this.#scheduleTurn();
    if (this.#store.pending.length === 0) {
      this.#scheduled.delete(channel);
      channel.flush();
      return;
    }
    this.#scheduled.add(channel);
    this.#unsettled += 1;
    this.#changers += 1;
    const together = Math.min(this.#lastChangers / 2, CONNECTIONS_PER_WRITE_MAX);
    if (this.#unsettled >= together) this.#runTurn();
  }

  /** Right after the phase in which the event loop reads sockets: all that came is answered then. */
  #scheduleTurn(): void {
    if (this.#isClosed) return;
    this.#turn ??= setImmediate(this.#onTurn);
  }

  readonly #onTurn = (): void => {
    this.#turn = undefined;
    this.#lastChangers = this.#changers;
    this.#changers = 0;
    this.#runTurn();
    this.#stayAwake();
  };

  /**
   * A client that is alone mostly asks again as soon as it is answered. Being woken takes longer than
   * to handle a request, so the event loop does not sleep for a moment. Many find it awake anyway.
   */
  #stayAwake(): void {
    const asking = this.#asking;
    this.#asking = 0;
    if (asking > 1) return;
    const now = performance.now();
    if (asking === 1) this.#awakeUntil = now + AWAKE_MS;
    if (now < this.#awakeUntil) this.#scheduleTurn();
  }

  #runTurn(): void {
    this.#unsettled = 0;
    for (const channel of this.#scheduled) channel.handleRequests();
    if (!this.#settle()) this.#retryLater();
    const ready = this.#scheduled;
    this.#scheduled = new Set();
    for (const channel of ready) channel.flush();
    if (this.#log.isCompacting) {
      this.#log.continueCompaction();
      this.#scheduleTurn();
    }
  }

  /** Makes all commits durable; false when that failed and they are undone. */
  #settle(): boolean {
    const commits = this.#store.pending;
    if (commits.length === 0) return true;
    try {
      this.#log.write(commits);
    } catch (error) {
      this.#logger?.error({ err: error }, 'the store log cannot be written: changes are refused');
      this.#store.rollBack();
      return false;
    }
    this.#store.settled();
    for (const commit of commits) this.#publish(commit);
    if (this.#log.wantsCompaction) {
      this.#log.startCompaction(this.#store.tree, this.#store.domains);
      this.#scheduleTurn();
    }
    return true;
  }

  /** A listener that fails must not undo what is committed, nor keep it from the others. */
  #publish(commit: Commit): void {
    if (this.#listeners.size === 0 || commit.mutations.length === 0) return;
    const changes = toCommittedChanges(commit);
    for (const listener of this.#listeners) {
      try {
        listener(changes);
      } catch (error) {
        this.#logger?.error({ err: error }, 'a listener to store commits failed');
      }
    }
  }

  #retryLater(): void {
    if (this.#isClosed) return;
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined;
      this.domainsChanged();
    }, RETRY_MS).unref();
  }
}
