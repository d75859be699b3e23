import type Database from 'better-sqlite3';
import type { Incarnation, LifecycleEvent, OperationRecord, Uuid } from '../model/index.js';
import { DomainFinder } from './finder.js';
import { OperationReader } from './operation-reader.js';
import { type EventRow, type IncarnationRow, toEvent, toIncarnation } from './rows.js';

export interface HistoryFilter {
  /** One domain; all of them when absent. */
  readonly uuid?: Uuid | undefined;
  /** At most this many; all when absent. */
  readonly limit?: number | undefined;
}

/** SQLite's word for "no limit". */
const ALL = -1;

/** Answers questions about what happened. */
export class Queries {
  readonly #operations: OperationReader;
  readonly #finder: DomainFinder;
  readonly #incarnations: Database.Statement<[number], IncarnationRow>;
  readonly #incarnationsOf: Database.Statement<[Uuid, number], IncarnationRow>;
  readonly #living: Database.Statement<[string], IncarnationRow>;
  readonly #events: Database.Statement<[number], EventRow>;
  readonly #eventsOf: Database.Statement<[Uuid, number], EventRow>;
  readonly #name: Database.Statement<[Uuid], { readonly name: string }>;
  readonly #stuck: Database.Statement<[], { readonly count: number }>;

  constructor(db: Database.Database) {
    this.#operations = new OperationReader(db);
    this.#finder = new DomainFinder(db);
    this.#incarnations = db.prepare(
      'SELECT * FROM incarnations ORDER BY began_at DESC, uuid DESC, epoch DESC LIMIT ?',
    );
    this.#incarnationsOf = db.prepare(
      'SELECT * FROM incarnations WHERE uuid = ? ORDER BY epoch DESC LIMIT ?',
    );
    this.#living = db.prepare(
      'SELECT * FROM incarnations WHERE ended_at IS NULL AND host = ? ORDER BY domid',
    );
    this.#events = db.prepare('SELECT * FROM events ORDER BY seq DESC LIMIT ?');
    this.#eventsOf = db.prepare('SELECT * FROM events WHERE uuid = ? ORDER BY seq DESC LIMIT ?');
    this.#name = db.prepare('SELECT name FROM domains WHERE uuid = ?');
    this.#stuck = db.prepare(
      `SELECT count(*) AS count FROM operations
       WHERE status IN ('queued', 'running', 'stuck') AND status = 'stuck'`,
    );
  }

  /** With their steps, newest first. */
  operations({ uuid, limit = ALL }: HistoryFilter = {}): OperationRecord[] {
    return this.#operations.newest(uuid, limit);
  }

  /** Newest first. */
  incarnations({ uuid, limit = ALL }: HistoryFilter = {}): Incarnation[] {
    const rows =
      uuid === undefined ? this.#incarnations.all(limit) : this.#incarnationsOf.all(uuid, limit);
    return rows.map(toIncarnation);
  }

  /** Those that have not ended on a host, by domid: what the hypervisor there is expected to run. */
  living(host: string): Incarnation[] {
    return this.#living.all(host).map(toIncarnation);
  }

  /** Newest first. */
  events({ uuid, limit = ALL }: HistoryFilter = {}): LifecycleEvent[] {
    const rows = uuid === undefined ? this.#events.all(limit) : this.#eventsOf.all(uuid, limit);
    return rows.map(toEvent);
  }

  /** The name that a domain was last seen under. */
  nameOf(uuid: Uuid): string | undefined {
    return this.#name.get(uuid)?.name;
  }

  /** How many operations are stuck. */
  stuck(): number {
    return this.#stuck.get()?.count ?? 0;
  }

  /** The domain that a person means; see {@link DomainFinder.find}. */
  find(reference: string): Uuid | undefined {
    return this.#finder.find(reference);
  }
}
