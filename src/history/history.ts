import type Database from 'better-sqlite3';
import { openDatabase, openReadOnly } from './database.js';
import { SqliteJournal } from './journal.js';
import { Queries } from './queries.js';
import { Records } from './records.js';

/** A history that can be asked and not written to. */
export interface HistoryReader {
  readonly queries: Queries;
  close(): void;
}

/** What happened to every domain: one SQLite file, written by one daemon, read by anyone. */
export class History implements HistoryReader {
  readonly #db: Database.Database;
  readonly journal: SqliteJournal;
  readonly records: Records;
  readonly queries: Queries;

  private constructor(db: Database.Database) {
    this.#db = db;
    this.journal = new SqliteJournal(db);
    this.records = new Records(db);
    this.queries = new Queries(db);
  }

  /**
   * Opens `file`, makes it where there is none, and brings its schema up to date.
   * @throws ToolstackError EIO when it cannot be opened, ENOTSUP when a newer version wrote it
   */
  static open(file: string): History {
    return new History(openDatabase(file));
  }

  /**
   * Opens `file` for reading, whether or not a daemon writes to it.
   * @throws ToolstackError ENOENT when there is none, otherwise as {@link History.open}
   */
  static openReadOnly(file: string): HistoryReader {
    const db = openReadOnly(file);
    return { queries: new Queries(db), close: () => db.close() };
  }

  close(): void {
    this.#db.close();
  }
}
