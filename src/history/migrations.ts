import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type Database from 'better-sqlite3';
import { ToolstackError } from '../model/index.js';

/** One step of the schema's way: `migrations/history/NNNN-name.sql`. */
interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  readonly sha256: string;
}

type AppliedMigration = Pick<Migration, 'number' | 'name' | 'sha256'>;

/** Where the package keeps the migrations, run from the sources or built. */
export function packagedMigrations(): string {
  const manifest = createRequire(import.meta.url).resolve('domovoi/package.json');
  return join(dirname(manifest), 'migrations', 'history');
}

/**
 * Applies the migrations of `directory` that the database lacks, in order, each in a transaction of
 * its own. Processes that do this at the same time take turns.
 * @throws ToolstackError ENOTSUP when the database does not fit the migrations
 */
export function migrate(db: Database.Database, directory: string): void {
  const migrations = readMigrations(directory);
  // Looking first spares the usual opening, which has nothing to apply, the write lock.
  if (missing(db, migrations).length === 0) return;
  db.exec(`CREATE TABLE IF NOT EXISTS applied_migrations (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    applied_at INTEGER NOT NULL
  ) STRICT`);
  const applyNext = db.transaction((): boolean => {
    const [next] = missing(db, migrations);
    if (next === undefined) return false;
    db.exec(next.sql);
    db.prepare('INSERT INTO applied_migrations VALUES (?, ?, ?, ?)').run(
      next.number,
      next.name,
      next.sha256,
      Date.now(),
    );
    return true;
  });
  let applied = true;
  while (applied) applied = applyNext.immediate();
}

/** Checks that a database that may not be changed has every migration, and no other. */
export function requireMigrated(db: Database.Database, directory: string): void {
  const [lacking] = missing(db, readMigrations(directory));
  if (lacking === undefined) return;
  throw new ToolstackError('ENOTSUP', `The history lacks migration ${lacking.name}`, {
    where: db.name,
    suggestions: ['Start the daemon once: it brings the history up to date.'],
  });
}

function missing(db: Database.Database, migrations: readonly Migration[]): Migration[] {
  const applied = readApplied(db);
  for (const one of applied) checkApplied(db.name, one, migrations);
  return migrations.filter(({ number }) => !applied.some((one) => one.number === number));
}

function checkApplied(
  where: string,
  applied: AppliedMigration,
  migrations: readonly Migration[],
): void {
  const known = migrations.find(({ number }) => number === applied.number);
  if (known === undefined) {
    const message = `The history has migration ${applied.name}, which this version does not know`;
    throw new ToolstackError('ENOTSUP', message, {
      where,
      suggestions: ['Use the version of domovoi that wrote it, or a newer one.'],
    });
  }
  if (known.sha256 !== applied.sha256) {
    const message = `Migration ${known.name} is not the one that was applied to the history`;
    throw new ToolstackError('ENOTSUP', message, {
      where,
      suggestions: ['Install domovoi anew: a migration never changes once it is released.'],
    });
  }
}

function readApplied(db: Database.Database): AppliedMigration[] {
  const table = db
    .prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'applied_migrations'")
    .get();
  if (table === undefined) return [];
  return db
    .prepare<[], AppliedMigration>(
      'SELECT number, name, sha256 FROM applied_migrations ORDER BY number',
    )
    .all();
}

function readMigrations(directory: string): Migration[] {
  const files = readdirSync(directory).filter((file) => file.endsWith('.sql'));
  const migrations = files.toSorted().map((file, index): Migration => {
    const number = Number(/^(\d{4})-[a-z0-9-]+\.sql$/.exec(file)?.[1]);
    if (number !== index + 1) {
      throw new ToolstackError('internal', `${file} is not named NNNN-name.sql, next in order`, {
        where: directory,
      });
    }
    const sql = readFileSync(join(directory, file), 'utf8');
    const sha256 = createHash('sha256').update(sql).digest('hex');
    return { number, name: file.replace(/\.sql$/, ''), sql, sha256 };
  });
  return migrations;
}
