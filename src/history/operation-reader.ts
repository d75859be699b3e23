import type Database from 'better-sqlite3';
import type { OperationRecord, Uuid } from '../model/index.js';
import { type OperationRow, type StepRow, toOperation } from './rows.js';

/** Reads operations with their steps. */
export class OperationReader {
  readonly #steps: Database.Statement<[string], StepRow>;
  readonly #all: Database.Statement<[number], OperationRow>;
  readonly #ofDomain: Database.Statement<[Uuid, number], OperationRow>;
  readonly #unfinished: Database.Statement<[], OperationRow>;

  constructor(db: Database.Database) {
    this.#steps = db.prepare('SELECT * FROM steps WHERE operation = ? ORDER BY idx');
    this.#all = db.prepare('SELECT * FROM operations ORDER BY queued_at DESC, id DESC LIMIT ?');
    this.#ofDomain = db.prepare(
      'SELECT * FROM operations WHERE uuid = ? ORDER BY queued_at DESC, id DESC LIMIT ?',
    );
    this.#unfinished = db.prepare(
      `SELECT * FROM operations WHERE status IN ('queued', 'running', 'stuck')
       ORDER BY queued_at, id`,
    );
  }

  /** Newest first; `limit` -1 means all. */
  newest(uuid: Uuid | undefined, limit: number): OperationRecord[] {
    const rows = uuid === undefined ? this.#all.all(limit) : this.#ofDomain.all(uuid, limit);
    return rows.map((row) => toOperation(row, this.#steps.all(row.id)));
  }

  /** Oldest first. */
  unfinished(): OperationRecord[] {
    return this.#unfinished.all().map((row) => toOperation(row, this.#steps.all(row.id)));
  }
}
