import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase, openReadOnly } from '../../src/history/database.js';
import { History } from '../../src/history/index.js';
import { packagedMigrations } from '../../src/history/migrations.js';
import { type Domid, uuid } from '../../src/model/index.js';

const opener = fileURLToPath(new URL('helpers/open.mjs', import.meta.url));
const known = readdirSync(packagedMigrations())
  .filter((file) => file.endsWith('.sql'))
  .map((file) => file.replace(/\.sql$/, ''))
  .toSorted();
const web1 = uuid('01890a5d-ac96-774b-bcce-b302099a8057');

describe('the history database', () => {
  let directory: string;
  let file: string;
  let migrations: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'domovoi-hist-'));
    file = join(directory, 'history.db');
    migrations = join(directory, 'migrations');
    cpSync(packagedMigrations(), migrations, { recursive: true });
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  function addMigration(number: number, sql: string): void {
    const name = `${String(number).padStart(4, '0')}-more.sql`;
    writeFileSync(join(migrations, name), sql);
  }

  function using<T>(db: Database.Database, work: (db: Database.Database) => T): T {
    try {
      return work(db);
    } finally {
      db.close();
    }
  }

  const applied = () =>
    using(new Database(file), (db) =>
      db.prepare('SELECT name FROM applied_migrations ORDER BY number').pluck().all(),
    );

  it('is made with every migration, which opening it again leaves alone', () => {
    openDatabase(file).close();
    const before = using(new Database(file), (db) =>
      db.prepare('SELECT * FROM applied_migrations').all(),
    );
    expect(applied()).toEqual(known);
    openDatabase(file).close();
    const after = using(new Database(file), (db) =>
      db.prepare('SELECT * FROM applied_migrations').all(),
    );
    expect(after).toEqual(before);
  });

  it('is a write-ahead log with foreign keys, synced at its checkpoints', () => {
    using(openDatabase(file), (db) => {
      expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
      expect(db.pragma('foreign_keys', { simple: true })).toBe(1);
      expect(db.pragma('synchronous', { simple: true })).toBe(1);
    });
  });

  it('keeps what it holds when a later version adds a migration', () => {
    const history = History.open(file);
    history.records.domainSeen({ uuid: web1, name: 'web1', at: 5 });
    history.close();
    addMigration(known.length + 1, 'ALTER TABLE domains ADD COLUMN note TEXT;');
    using(openDatabase(file, migrations), (db) => {
      expect(db.prepare('SELECT name, note FROM domains').all()).toEqual([
        { name: 'web1', note: null },
      ]);
    });
    expect(applied()).toHaveLength(known.length + 1);
  });

  it('is as it was when a migration fails halfway', () => {
    openDatabase(file).close();
    addMigration(known.length + 1, 'CREATE TABLE half (a TEXT) STRICT; CREATE NONSENSE;');
    expect(() => openDatabase(file, migrations)).toThrow(expect.objectContaining({ code: 'EIO' }));
    expect(applied()).toEqual(known);
    using(openDatabase(file), (db) => {
      expect(db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'half'").get()).toBeUndefined();
    });
  });

  it('is refused when one of its migrations has changed since', () => {
    openDatabase(file, migrations).close();
    writeFileSync(join(migrations, `${known[0]}.sql`), 'CREATE TABLE other (a TEXT) STRICT;');
    for (const open of [openDatabase, openReadOnly]) {
      expect(() => open(file, migrations)).toThrow(
        expect.objectContaining({
          code: 'ENOTSUP',
          where: file,
          message: `Migration ${known[0]} is not the one that was applied to the history`,
        }),
      );
    }
  });

  it('is refused when a newer version wrote it', () => {
    addMigration(known.length + 1, 'CREATE TABLE future (a TEXT) STRICT;');
    openDatabase(file, migrations).close();
    for (const open of [openDatabase, openReadOnly]) {
      expect(() => open(file)).toThrow(
        expect.objectContaining({
          code: 'ENOTSUP',
          where: file,
          suggestions: ['Use the version of domovoi that wrote it, or a newer one.'],
        }),
      );
    }
  });

  it('is refused when it is something else', () => {
    writeFileSync(file, 'This is a letter to my grandmother, not a database. '.repeat(100));
    expect(() => History.open(file)).toThrow(expect.objectContaining({ code: 'EIO', where: file }));
    expect(() => History.open(join(directory, 'nowhere', 'history.db'))).toThrow(
      expect.objectContaining({ code: 'EIO' }),
    );
  });

  it('can be opened by eight processes at once, before there is one', async () => {
    const children = Array.from({ length: 8 }, () =>
      spawn(process.execPath, [opener, file], {
        stdio: ['pipe', 'pipe', 'inherit'],
        timeout: 60_000,
      }),
    );
    const exits = children.map((child) => once(child, 'exit'));
    await Promise.all(children.map((child) => once(child.stdout, 'data')));
    for (const child of children) child.stdin.write('go\n');
    expect(await Promise.all(exits)).toEqual(Array(8).fill([0, null]));
    expect(applied()).toEqual(known);
  });

  describe('opened for reading', () => {
    it('shows what a daemon is writing, and takes nothing', () => {
      const history = History.open(file);
      const reader = History.openReadOnly(file);
      history.records.beginIncarnation({
        uuid: web1,
        name: 'web1',
        host: 'here',
        domid: 3 as Domid,
        cause: 'create',
        operation: 'one',
        at: 1,
      });
      expect(reader.queries.find('web1')).toBe(web1);
      expect(reader.queries.incarnations()).toHaveLength(1);
      reader.close();
      history.close();
      const db = openReadOnly(file);
      expect(() => db.exec("UPDATE domains SET name = 'other'")).toThrow(/readonly/);
      db.close();
    });

    it('is refused where there is none, or where migrations are missing', () => {
      expect(() => History.openReadOnly(file)).toThrow(
        expect.objectContaining({ code: 'ENOENT', where: file }),
      );
      openDatabase(file).close();
      addMigration(known.length + 1, 'CREATE TABLE future (a TEXT) STRICT;');
      expect(() => openReadOnly(file, migrations)).toThrow(
        expect.objectContaining({
          code: 'ENOTSUP',
          suggestions: ['Start the daemon once: it brings the history up to date.'],
        }),
      );
    });
  });
});
