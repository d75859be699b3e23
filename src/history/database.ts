import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { ToolstackError } from '../model/index.js';
import { migrate, packagedMigrations, requireMigrated } from './migrations.js';

/** How long a statement waits for another process's transaction, in ms. */
const BUSY_TIMEOUT_MS = 10_000;

/**
 * Opens a history for reading and writing, makes it where there is none, and brings its schema up
 * to date.
 * @param migrations the folder with the migrations, when it is not the package's own
 * @throws ToolstackError EIO when the file cannot be opened, ENOTSUP when its schema is not ours
 */
export function openDatabase(file: string, migrations = packagedMigrations()): Database.Database {
  return opened(file, {}, (db) => {
    enterWal(db);
    db.pragma('synchronous = NORMAL');
    db.pragma('foreign_keys = ON');
    migrate(db, migrations);
  });
}

/**
 * Opens a history for reading only; one that another process is writing to, too.
 * @throws ToolstackError ENOENT when there is none, otherwise as {@link openDatabase}
 */
export function openReadOnly(file: string, migrations = packagedMigrations()): Database.Database {
  if (!existsSync(file)) {
    throw new ToolstackError('ENOENT', 'There is no history yet', {
      where: file,
      suggestions: ['It begins when the daemon is first started.'],
    });
  }
  return opened(file, { readonly: true }, (db) => requireMigrated(db, migrations));
}

function opened(
  file: string,
  options: Database.Options,
  prepare: (db: Database.Database) => void,
): Database.Database {
  let db: Database.Database | undefined;
  try {
    db = new Database(file, { ...options, timeout: BUSY_TIMEOUT_MS });
    prepare(db);
    return db;
  } catch (thrown) {
    db?.close();
    if (!(thrown instanceof Database.SqliteError) && !(thrown instanceof TypeError)) throw thrown;
    throw new ToolstackError('EIO', `The history cannot be opened: ${thrown.message}`, {
      where: file,
      cause: thrown,
    });
  }
}

/**
 * Write-ahead logging lets the CLI read while the daemon writes. The change to it fails at once
 * when another process is in a transaction: SQLite does not wait here, so that process is waited
 * for with a transaction of our own.
 */
function enterWal(db: Database.Database): void {
  const attempts = 100;
  for (let attempt = 1; ; attempt += 1) {
    try {
      db.pragma('journal_mode = WAL');
      return;
    } catch (thrown) {
      const isBusy = thrown instanceof Database.SqliteError && thrown.code === 'SQLITE_BUSY';
      if (!isBusy || attempt === attempts) throw thrown;
      db.exec('BEGIN IMMEDIATE; COMMIT');
    }
  }
}
