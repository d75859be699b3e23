import type Database from 'better-sqlite3';
import type { Chronicle, Domid, JsonObject, LifecycleEvent, Uuid } from '../model/index.js';
import { inDatabase } from './database-error.js';
import { type DomainSeen, Sightings } from './sightings.js';

export type BeginIncarnation = Parameters<Chronicle['beginIncarnation']>[0];
export type EndIncarnation = Parameters<Chronicle['endIncarnation']>[0];

/** Writes down what happened to domains. Calls may be repeated, except that each event is one more. */
export class Records implements Chronicle {
  readonly #db: Database.Database;
  readonly #sightings: Sightings;
  readonly #known: Database.Statement<[BeginIncarnation], { readonly epoch: number }>;
  readonly #nextEpoch: Database.Statement<[Uuid], { readonly epoch: number }>;
  readonly #begin: Database.Statement<[BeginIncarnation & { readonly epoch: number }]>;
  readonly #end: Database.Statement<[EndIncarnation]>;
  readonly #rollBack: Database.Statement<[number, string, Uuid]>;
  readonly #append: Database.Statement<[number, Uuid, Domid | null, string, string]>;
  readonly #saveConfig: Database.Statement<[Uuid, string, number]>;
  readonly #config: Database.Statement<[Uuid], { readonly config: string }>;

  constructor(db: Database.Database) {
    this.#db = db;
    this.#sightings = new Sightings(db);
    this.#known = db.prepare(
      `SELECT epoch FROM incarnations
       WHERE operation = @operation AND uuid = @uuid AND host = @host AND domid = @domid`,
    );
    this.#nextEpoch = db.prepare(
      'SELECT coalesce(max(epoch), 0) + 1 AS epoch FROM incarnations WHERE uuid = ?',
    );
    this.#begin = db.prepare(
      `INSERT INTO incarnations (uuid, epoch, host, domid, began_at, cause, operation)
       VALUES (@uuid, @epoch, @host, @domid, @at, @cause, @operation)`,
    );
    this.#end = db.prepare(
      `UPDATE incarnations SET ended_at = @at, end_cause = @end
       WHERE uuid = @uuid AND host = @host AND domid = @domid AND ended_at IS NULL`,
    );
    this.#rollBack = db.prepare(
      `UPDATE incarnations SET ended_at = ?, end_cause = 'rolled-back'
       WHERE operation = ? AND uuid = ? AND ended_at IS NULL`,
    );
    this.#saveConfig = db.prepare(
      `INSERT INTO configs (uuid, config, saved_at) VALUES (?, ?, ?)
       ON CONFLICT (uuid) DO UPDATE SET config = excluded.config, saved_at = excluded.saved_at`,
    );
    this.#config = db.prepare('SELECT config FROM configs WHERE uuid = ?');
    this.#append = db.prepare(
      'INSERT INTO events (at, uuid, domid, kind, detail) VALUES (?, ?, ?, ?, ?)',
    );
  }

  /** Notes that a domain exists under a name. */
  domainSeen(domain: DomainSeen): void {
    inDatabase(this.#db, () => this.#sightings.saw(domain));
  }

  /**
   * Begins an incarnation, and notes the domain as seen. The same operation, host and domid give
   * the same incarnation again, even one that has ended.
   * @returns its epoch
   */
  beginIncarnation(incarnation: BeginIncarnation): number {
    const begin = this.#db.transaction((): number => {
      const { uuid, name, at } = incarnation;
      this.#sightings.saw({ uuid, name, at });
      const known = this.#known.get(incarnation);
      if (known !== undefined) return known.epoch;
      const epoch = this.#nextEpoch.get(uuid)?.epoch ?? 1;
      this.#begin.run({ ...incarnation, epoch });
      return epoch;
    });
    return inDatabase(this.#db, () => begin.immediate());
  }

  /** Ends the living incarnation of a domain under a domid. @returns false when there is none */
  endIncarnation(incarnation: EndIncarnation): boolean {
    return inDatabase(this.#db, () => this.#end.run(incarnation).changes > 0);
  }

  /** Ends what an operation began and had to undo; it stays in the history as `rolled-back`. */
  rollBackIncarnations(operation: string, uuid: Uuid, at: number): void {
    inDatabase(this.#db, () => this.#rollBack.run(at, operation, uuid));
  }

  /** Keeps a domain's config. The domain must have been seen. */
  saveConfig(uuid: Uuid, config: JsonObject, at: number): void {
    inDatabase(this.#db, () => this.#saveConfig.run(uuid, JSON.stringify(config), at));
  }

  config(uuid: Uuid): JsonObject | undefined {
    const row = this.#config.get(uuid);
    return row === undefined ? undefined : (JSON.parse(row.config) as JsonObject);
  }

  /** Appends an event, and gives it its number. */
  appendEvent(event: Omit<LifecycleEvent, 'seq'>): LifecycleEvent {
    const { at, uuid, domid, kind } = event;
    const detail: JsonObject = event.detail;
    const json = JSON.stringify(detail);
    const result = inDatabase(this.#db, () =>
      this.#append.run(at, uuid, domid ?? null, kind, json),
    );
    return { ...event, seq: Number(result.lastInsertRowid) };
  }
}
