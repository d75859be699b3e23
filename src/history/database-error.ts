import Database from 'better-sqlite3';
import { type ErrorCode, ToolstackError } from '../model/index.js';

/** SQLite's words (sqlite.org/rescode.html) for what a user can do something about. */
const known: readonly (readonly [prefix: string, code: ErrorCode, advice: string])[] = [
  ['SQLITE_FULL', 'ENOSPC', 'Free some space on the disk, then run the command again.'],
  ['SQLITE_IOERR_WRITE', 'ENOSPC', 'Free some space on the disk, then run the command again.'],
  ['SQLITE_READONLY', 'EACCES', 'Let the daemon write to this file.'],
  ['SQLITE_BUSY', 'EBUSY', 'End the program that keeps the database locked.'],
  ['SQLITE_CORRUPT', 'EIO', 'Put the file aside; the daemon begins a new one.'],
  ['SQLITE_IOERR', 'EIO', 'Check the disk.'],
];

/** Does some work on the database; what SQLite throws comes out with its place and what to do. */
export function inDatabase<T>(db: Database.Database, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    if (!(thrown instanceof Database.SqliteError)) throw thrown;
    const { code, message } = thrown;
    const [, errorCode, advice] = known.find(([prefix]) => code.startsWith(prefix)) ?? [];
    throw new ToolstackError(errorCode ?? 'internal', `cannot write the history: ${message}`, {
      where: db.name,
      ...(advice === undefined ? {} : { suggestions: [advice] }),
      cause: thrown,
    });
  }
}
