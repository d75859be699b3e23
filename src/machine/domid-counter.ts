import Database from 'better-sqlite3';
import { messageOf, ToolstackError } from '../model/index.js';
import type { DomidCounter } from './simulated-hypervisor.js';

/** A machine that has just been stopped may take this long to let go of its file. */
const LEAVING_MS = 5000;

/**
 * The next domid, kept in `machine.db` so that a machine that lost power does not give a number
 * to a new domain that the toolstack still remembers as another's. Holding the file locked is
 * also what keeps a second machine out of the directory.
 */
export class StoredDomidCounter implements DomidCounter {
  readonly #database: Database.Database;
  readonly #update: Database.Statement<[number]>;
  #next: number;

  /** @throws ToolstackError EBUSY when another machine lives in this directory; EIO */
  constructor(file: string) {
    try {
      this.#database = new Database(file, { timeout: LEAVING_MS });
      this.#database.pragma('locking_mode = EXCLUSIVE');
      this.#database.exec(
        'CREATE TABLE IF NOT EXISTS next_domid (one INTEGER PRIMARY KEY CHECK (one = 1), domid INTEGER NOT NULL) STRICT;' +
          'INSERT OR IGNORE INTO next_domid VALUES (1, 1);' +
          'UPDATE next_domid SET domid = domid;',
      );
    } catch (cause) {
      if (!isLocked(cause)) throw unusable(file, cause);
      throw new ToolstackError('EBUSY', 'another machine seems to run in this directory', {
        where: file,
        suggestions: ['Look at it with "domovoi machine status".'],
        cause,
      });
    }
    const row = this.#database.prepare<[], { domid: number }>('SELECT domid FROM next_domid').get();
    this.#next = row?.domid ?? 1;
    this.#update = this.#database.prepare('UPDATE next_domid SET domid = ?');
  }

  get(): number {
    return this.#next;
  }

  /** @throws ToolstackError ENOSPC, EIO: the number is not handed out then */
  set(next: number): void {
    try {
      this.#update.run(next);
    } catch (cause) {
      throw unusable(this.#database.name, cause);
    }
    this.#next = next;
  }

  close(): void {
    this.#database.close();
  }
}

function isLocked(thrown: unknown): boolean {
  return thrown instanceof Database.SqliteError && thrown.code.startsWith('SQLITE_BUSY');
}

function unusable(file: string, cause: unknown): ToolstackError {
  const why = messageOf(cause);
  const isFull = cause instanceof Database.SqliteError && cause.code === 'SQLITE_FULL';
  return new ToolstackError(
    isFull ? 'ENOSPC' : 'EIO',
    `the machine's database cannot be used: ${why}`,
    {
      where: file,
      cause,
    },
  );
}
