import type Database from 'better-sqlite3';
import {
  type ErrorJson,
  type Journal,
  type JsonObject,
  type OperationRecord,
  type Plan,
  ToolstackError,
} from '../model/index.js';
import { inDatabase } from './database-error.js';
import { OperationReader } from './operation-reader.js';
import { toObject } from './rows.js';
import { Sightings } from './sightings.js';

/**
 * The journal in SQLite. A call that has returned survives the death of the process; one with
 * `fullSync`, and all before it, also the loss of power. The error of an operation that is running
 * is the reason why it is being undone.
 */
export class SqliteJournal implements Journal {
  readonly #db: Database.Database;
  readonly #reader: OperationReader;
  readonly #sightings: Sightings;
  readonly #insertOperation: Database.Statement<unknown[]>;
  readonly #insertStep: Database.Statement<unknown[]>;
  readonly #start: Database.Statement<[number, string]>;
  readonly #stepStarted: Database.Statement<[number, string, number]>;
  readonly #stepEnded: Database.Statement<[string, number, string | null, string, number]>;
  readonly #readState: Database.Statement<[string], { readonly state: string }>;
  readonly #writeState: Database.Statement<[string, string]>;
  readonly #writeError: Database.Statement<[string, string]>;
  readonly #finish: Database.Statement<[string, number, string | null, string]>;

  constructor(db: Database.Database) {
    this.#db = db;
    this.#reader = new OperationReader(db);
    this.#sightings = new Sightings(db);
    this.#insertOperation = db.prepare(
      `INSERT INTO operations (id, kind, uuid, name, status, requested_by, state, queued_at)
       VALUES (?, ?, ?, ?, 'queued', ?, ?, ?)`,
    );
    this.#insertStep = db.prepare(
      `INSERT INTO steps (operation, idx, name, subject, args, pivot, attempt, status)
       VALUES (?, ?, ?, ?, ?, ?, ?, 'planned')`,
    );
    this.#start = db.prepare(
      `UPDATE operations
       SET status = 'running', started_at = coalesce(started_at, ?), ended_at = NULL
       WHERE id = ?`,
    );
    this.#stepStarted = db.prepare(
      `UPDATE steps SET status = 'started', started_at = ?, ended_at = NULL, error = NULL
       WHERE operation = ? AND idx = ?`,
    );
    this.#stepEnded = db.prepare(
      `UPDATE steps SET status = ?, ended_at = ?, error = coalesce(?, error)
       WHERE operation = ? AND idx = ?`,
    );
    this.#readState = db.prepare('SELECT state FROM operations WHERE id = ?');
    this.#writeState = db.prepare('UPDATE operations SET state = ? WHERE id = ?');
    this.#writeError = db.prepare('UPDATE operations SET error = ? WHERE id = ?');
    this.#finish = db.prepare(
      'UPDATE operations SET status = ?, ended_at = ?, error = ? WHERE id = ?',
    );
  }

  begin(operation: { id: string; plan: Plan; requestedBy: string; at: number }): void {
    const { id, plan, requestedBy, at } = operation;
    this.#transaction(() => {
      const { kind, uuid, name } = plan;
      const state = JSON.stringify(plan.state);
      this.#sightings.heardOf({ uuid, name, at });
      this.#insertOperation.run(id, kind, uuid, name, requestedBy, state, at);
      for (const [index, step] of plan.steps.entries()) {
        const args = step.args === undefined ? null : JSON.stringify(step.args);
        const pivot = step.pivot === true ? 1 : 0;
        const attempt = step.attempt === true ? 1 : 0;
        this.#insertStep.run(id, index, step.name, step.subject ?? null, args, pivot, attempt);
      }
    });
  }

  start(id: string, at: number): void {
    this.#write(() => changesOne(this.#start.run(at, id), id));
  }

  stepStarted(id: string, index: number, at: number): void {
    this.#write(() => changesOne(this.#stepStarted.run(at, id, index), id, index));
  }

  stepDone(id: string, index: number, at: number, patch: JsonObject, fullSync: boolean): void {
    const write = () =>
      this.#transaction(() => {
        changesOne(this.#stepEnded.run('done', at, null, id, index), id, index);
        const state = { ...toObject(this.#readState.get(id)?.state ?? '{}'), ...patch };
        this.#writeState.run(JSON.stringify(state), id);
      });
    if (fullSync) this.#withFullSync(write);
    else write();
  }

  stepFailed(id: string, index: number, at: number, error: ErrorJson): void {
    this.#transaction(() => {
      const json = JSON.stringify(error);
      changesOne(this.#stepEnded.run('failed', at, json, id, index), id, index);
      this.#writeError.run(json, id);
    });
  }

  stepUndone(id: string, index: number, at: number, error?: ErrorJson): void {
    const status = error === undefined ? 'undone' : 'undo-failed';
    const json = error === undefined ? null : JSON.stringify(error);
    this.#write(() => changesOne(this.#stepEnded.run(status, at, json, id, index), id, index));
  }

  finish(
    id: string,
    status: 'succeeded' | 'failed' | 'stuck',
    at: number,
    error?: ErrorJson,
  ): void {
    const json = error === undefined ? null : JSON.stringify(error);
    this.#write(() => changesOne(this.#finish.run(status, at, json, id), id));
  }

  unfinished(): OperationRecord[] {
    return this.#reader.unfinished();
  }

  #transaction(work: () => void): void {
    this.#write(() => this.#db.transaction(work).immediate());
  }

  #write(work: () => void): void {
    inDatabase(this.#db, work);
  }

  #withFullSync(write: () => void): void {
    // SQLite takes this pragma only between transactions. In WAL mode a full commit syncs the whole
    // log, and with it every commit before.
    this.#db.pragma('synchronous = FULL');
    try {
      write();
    } finally {
      this.#db.pragma('synchronous = NORMAL');
    }
  }
}

function changesOne(result: Database.RunResult, id: string, index?: number): void {
  if (result.changes === 1) return;
  const what = index === undefined ? `operation ${id}` : `step ${index} of operation ${id}`;
  throw new ToolstackError('internal', `The journal has no ${what}`);
}
