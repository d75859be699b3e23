import { readFileSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { messageOf, ToolstackError } from '../model/index.js';

/** Where SQLite begins to lock bytes of a database file (`PENDING_BYTE`, sqlite's os.h). */
const SQLITE_LOCK_OFFSET = 0x40000000;

export interface Lock {
  release(): void;
}

/**
 * Takes an exclusive lock that the kernel drops when this process ends, however it ends: an
 * exclusive transaction on an empty SQLite file, which is an fcntl(2) lock underneath.
 *
 * Waits without turning the event loop, at most `timeoutMs`.
 * @throws ToolstackError EBUSY naming the holder, where it can be seen
 */
export function acquireLock(file: string, { timeoutMs }: { readonly timeoutMs: number }): Lock {
  const database = open(file, timeoutMs);
  try {
    database.pragma('journal_mode = MEMORY');
    database.exec('BEGIN EXCLUSIVE');
  } catch (thrown) {
    database.close();
    if (!isBusy(thrown)) throw unusable(file, thrown);
    throw new ToolstackError('EBUSY', `${lockHolder(file) ?? 'another process'} holds the lock`, {
      where: file,
      suggestions: ['Wait until it is done, or end it.'],
      cause: thrown,
    });
  }
  return { release: () => database.close() };
}

/**
 * Waits until nobody holds a lock, as when the process that does is ending.
 * @returns false when somebody still does after `timeoutMs`
 */
export function awaitRelease(file: string, timeout: { readonly timeoutMs: number }): boolean {
  try {
    acquireLock(file, timeout).release();
    return true;
  } catch (thrown) {
    if (thrown instanceof ToolstackError && thrown.code === 'EBUSY') return false;
    throw thrown;
  }
}

function open(file: string, timeoutMs: number): Database.Database {
  try {
    return new Database(file, { timeout: timeoutMs });
  } catch (thrown) {
    throw unusable(file, thrown);
  }
}

/**
 * Who seems to hold the lock: `process 1234 (node run.js daemon start)`, as proc(5) has it;
 * undefined where that cannot be seen, as from inside some containers.
 */
export function lockHolder(file: string): string | undefined {
  const pid = pidOfHolder(file);
  if (pid === undefined) return undefined;
  const command = readIfThere(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ').trim();
  return command ? `process ${pid} (${command})` : `process ${pid}`;
}

function pidOfHolder(file: string): number | undefined {
  const { ino } = statSync(file);
  for (const line of readIfThere('/proc/locks')?.split('\n') ?? []) {
    // `1: POSIX  ADVISORY  WRITE 1234 fe:00:2146773 1073741824 1073742335`
    const [, kind, , mode, pid, inode, start] = line.trim().split(/\s+/);
    if (kind !== 'POSIX' || mode !== 'WRITE' || inode?.split(':')[2] !== String(ino)) continue;
    // 0 stands for a process that this pid namespace does not know.
    if (Number(start) >= SQLITE_LOCK_OFFSET && Number(pid) > 0) return Number(pid);
  }
  return undefined;
}

/** /proc is a help to the reader of an error, not a condition for locking. */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function isBusy(thrown: unknown): boolean {
  return thrown instanceof Database.SqliteError && thrown.code.startsWith('SQLITE_BUSY');
}

function unusable(file: string, thrown: unknown): ToolstackError {
  const reason = messageOf(thrown);
  return new ToolstackError('EIO', `cannot lock: ${reason}`, {
    where: file,
    suggestions: ['Check that the file is a lock of this program and that you may write to it.'],
    cause: thrown,
  });
}
