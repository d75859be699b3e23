import type { Subject } from '../xenstore/permissions.js';
import type { Commit } from './commit.js';
import { Connection, type ConnectionAccess } from './connection.js';
import type { DomainMutation, Domains, SpecialName } from './domains.js';
import { Edit } from './edit.js';
import { Notifier } from './notify.js';
import { change, changesTree, look, type Operation } from './operations.js';
import { failure, OK, type Outcome } from './outcome.js';
import { defaultQuotas, defaultSoftQuotas, type Quotas, type SoftQuotas } from './quotas.js';
import { type Surroundings, Transaction, within } from './transaction.js';
import { type Tree, walk } from './tree.js';
import { WatchIndex } from './watches.js';

const NO_CONNECTIONS: ReadonlySet<Connection> = new Set();

/** What a batch of commits started from, to return to if it cannot be made durable. */
interface Checkpoint {
  readonly version: number;
  /** What takes back all that was done since, the last first. */
  readonly undo: (() => void)[];
}

/**
 * The store without any I/O: tree, domains, watches, transactions. Commits gather in a batch until
 * the shell has made them durable ({@link settled}) or could not ({@link rollBack}); until then
 * nothing that came of them may leave the outboxes.
 */
export class Store {
  readonly domains: Domains;
  readonly quotas: Quotas = { ...defaultQuotas };
  readonly softQuotas: SoftQuotas = { ...defaultSoftQuotas };
  readonly watches = new WatchIndex<Connection>();
  readonly #connections = new Map<number, Set<Connection>>();
  readonly #tree: Tree;
  readonly #notifier: Notifier;
  readonly #owned = new Map<number, number>();
  readonly #nodesOwned = (domid: number) => this.nodesOwned(domid);
  #version = 0;
  #lastConnection = 0;
  #lastWatch = 0;
  #pending: Commit[] = [];
  #batch = 1;
  #checkpoint: Checkpoint | undefined;

  constructor(tree: Tree, domains: Domains) {
    this.#tree = tree;
    this.domains = domains;
    this.#notifier = new Notifier(this.watches, domains);
    for (const [, node] of walk(tree.root, '/')) this.#count(node.owner, 1);
  }

  get tree(): Tree {
    return this.#tree;
  }

  /** Nodes that a domain owns. */
  nodesOwned(domid: number): number {
    return this.#owned.get(domid) ?? 0;
  }

  connect(domid: number, wake: () => void, access: ConnectionAccess = 'rw'): Connection {
    this.#lastConnection += 1;
    const connection = new Connection(this.#lastConnection, domid, access, wake);
    const siblings = this.#connections.get(domid);
    if (siblings === undefined) this.#connections.set(domid, new Set([connection]));
    else siblings.add(connection);
    return connection;
  }

  *connections(): Generator<Connection> {
    for (const siblings of this.#connections.values()) yield* siblings;
  }

  connectionsOf(domid: number): ReadonlySet<Connection> {
    return this.#connections.get(domid) ?? NO_CONNECTIONS;
  }

  /** Watches of a domain, over all its connections. */
  watchesOf(domid: number): number {
    let count = 0;
    for (const { watches } of this.connectionsOf(domid)) count += watches.size;
    return count;
  }

  /** Open transactions of a domain, over all its connections. */
  transactionsOf(domid: number): number {
    let count = 0;
    for (const { transactions } of this.connectionsOf(domid)) count += transactions.size;
    return count;
  }

  /** Ends a connection with its watches and transactions. */
  disconnect(connection: Connection): void {
    const siblings = this.#connections.get(connection.domid);
    siblings?.delete(connection);
    if (siblings?.size === 0) this.#connections.delete(connection.domid);
    this.reset(connection);
  }

  /** Drops all watches and transactions of a connection. */
  reset(connection: Connection): void {
    for (const watch of connection.watches.values()) this.watches.remove(watch);
    connection.watches.clear();
    connection.transactions.clear();
  }

  nextWatchOrder(): number {
    this.#lastWatch += 1;
    return this.#lastWatch;
  }

  /** Does an operation in a transaction, or at once. */
  perform(
    connection: Connection,
    transaction: Transaction | undefined,
    operation: Operation,
  ): Outcome {
    const subject = this.domains.subject(connection.domid);
    if (transaction !== undefined) {
      return transaction.perform(this.#surroundings(subject), operation);
    }
    const { domains } = this;
    const tree = this.#tree;
    if (!changesTree(operation)) return look({ tree, subject, domains }, operation);
    const edit = new Edit(tree, this.#openBatch());
    const outcome = change(within(this.#surroundings(subject), edit), operation);
    this.#commit(connection.domid, edit);
    return outcome;
  }

  startTransaction(connection: Connection): Outcome {
    const { domid, isPrivileged } = connection;
    if (!isPrivileged && this.transactionsOf(domid) > this.quotas.transactions) {
      return failure('ENOSPC');
    }
    const id = connection.nextTransactionId();
    connection.transactions.set(id, new Transaction(id, this.#tree, this.#version));
    return `${id}\0`;
  }

  /** Makes a transaction's changes the store's, or nothing of them: EAGAIN when it collided. */
  endTransaction(connection: Connection, transaction: Transaction, commit: boolean): Outcome {
    connection.transactions.delete(transaction.id);
    if (!commit || !transaction.changed) return OK;
    if (transaction.overQuota) return failure('ENOMEM');
    const { undo } = this.#openBatch();
    let edit: Edit | undefined = transaction.edit;
    if (transaction.startVersion !== this.#version) {
      const around = this.#surroundings(this.domains.subject(connection.domid));
      edit = transaction.replay(around, this.#tree);
    }
    if (edit === undefined) return failure('EAGAIN');
    if (edit.mutations.length === 0) return OK;
    const before = this.#tree.fork();
    this.#tree.adopt(edit.tree);
    undo.push(() => this.#tree.adopt(before));
    this.#commit(connection.domid, edit);
    return OK;
  }

  /** Changes the tree on the store's own account, and the registry of domains along with it. */
  commitOwn(change: (edit: Edit) => void, domains: readonly DomainMutation[] = []): void {
    const edit = new Edit(this.#tree, this.#openBatch());
    change(edit);
    this.#commit(0, edit, domains);
  }

  commitDomains(...domains: readonly DomainMutation[]): void {
    this.commitOwn(() => undefined, domains);
  }

  fireSpecial(name: SpecialName): void {
    this.#notifier.special(name, this.batch);
  }

  /** The batch that what happens now rests on; 0 when all there is is durable. */
  get batch(): number {
    return this.#pending.length > 0 ? this.#batch : 0;
  }

  /** As {@link batch}, of what happens in a transaction that is still open. */
  batchFor(transaction: Transaction | undefined): number {
    const version = this.#checkpoint?.version ?? 0;
    return transaction !== undefined && transaction.startVersion <= version ? 0 : this.batch;
  }

  /** Commits that are not durable yet, oldest first. */
  get pending(): readonly Commit[] {
    return this.#pending;
  }

  /** All pending commits are durable. */
  settled(): void {
    this.#pending = [];
    this.#checkpoint = undefined;
    this.#batch += 1;
  }

  /** The pending commits cannot be made durable: undoes them and what was said because of them. */
  rollBack(): void {
    const checkpoint = this.#checkpoint;
    if (checkpoint === undefined) return;
    for (const undo of checkpoint.undo.reverse()) undo();
    for (const connection of this.connections()) {
      connection.outbox.revoke(this.#batch);
      for (const transaction of connection.transactions.values()) {
        if (transaction.startVersion > checkpoint.version) {
          connection.transactions.delete(transaction.id);
        }
      }
    }
    this.#version += 1;
    this.settled();
  }

  #surroundings(subject: Subject): Surroundings {
    return {
      subject,
      domains: this.domains,
      quotas: this.quotas,
      nodesOwned: this.#nodesOwned,
    };
  }

  #openBatch(): Checkpoint {
    this.#checkpoint ??= { version: this.#version, undo: [] };
    return this.#checkpoint;
  }

  #commit(domid: number, edit: Edit, domains: readonly DomainMutation[] = []): void {
    const { mutations, nodeDeltas } = edit;
    if (mutations.length === 0 && domains.length === 0) return;
    const generation = edit.tree.generation - mutations.length;
    this.#pending.push({ domid, generation, mutations, domains });
    this.#version += 1;
    for (const [owner, delta] of nodeDeltas) {
      this.#count(owner, delta);
      this.#checkpoint?.undo.push(() => this.#count(owner, -delta));
    }
    for (const mutation of domains) {
      const inverse = this.domains.inverse(mutation);
      this.domains.apply(mutation);
      this.#checkpoint?.undo.push(() => this.domains.apply(inverse));
    }
    this.#notifier.committed(edit, this.#tree, this.batch);
  }

  #count(domid: number, delta: number): void {
    if (delta === 0) return;
    const count = this.nodesOwned(domid) + delta;
    if (count === 0) this.#owned.delete(domid);
    else this.#owned.set(domid, count);
  }

  /** What is wrong with the store's own books, in words; empty when nothing is. */
  check(): string[] {
    const problems: string[] = [];
    const owned = new Map<number, number>();
    for (const [path, node] of walk(this.#tree.root, '/')) {
      const { owner } = node;
      owned.set(owner, (owned.get(owner) ?? 0) + 1);
      if (node.generation > this.#tree.generation) problems.push(`${path}: is of the future`);
      if (node.permissions.entries.length === 0) problems.push(`${path}: has no owner`);
      let nameBytes = 0;
      for (const { name } of node.children ?? []) nameBytes += name.length + 1;
      if (nameBytes !== (node.children?.nameBytes ?? 0)) {
        problems.push(`${path}: the size of its names is wrong`);
      }
    }
    for (const domid of new Set([...owned.keys(), ...this.#owned.keys()])) {
      const counted = owned.get(domid) ?? 0;
      if (counted !== this.nodesOwned(domid)) {
        problems.push(`domain ${domid}: owns ${counted} nodes, not ${this.nodesOwned(domid)}`);
      }
    }
    return problems;
  }
}
