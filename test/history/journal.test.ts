import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/history/database.js';
import { History } from '../../src/history/index.js';
import { SqliteJournal } from '../../src/history/journal.js';
import { type Plan, uuid } from '../../src/model/index.js';

const broken = { code: 'EIO', message: 'It broke' } as const;
const plan: Plan = {
  kind: 'create',
  uuid: uuid('01890a5d-ac96-774b-bcce-b302099a8057'),
  name: 'web1',
  state: { memory: 64, nested: { a: 1, b: 2 } },
  steps: [
    { name: 'build', args: { kernel: '/boot/vmlinuz', list: [1, null, 'ü'] } },
    { name: 'attach', subject: 'vbd 51712', pivot: true },
  ],
};

describe('the journal', () => {
  let directory: string;
  let history: History;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'domovoi-jrnl-'));
    history = History.open(join(directory, 'history.db'));
    history.journal.begin({ id: 'one', plan, requestedBy: 'root: domovoi create', at: 10 });
  });
  afterEach(() => {
    history.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const reopened = () => {
    history.close();
    history = History.open(join(directory, 'history.db'));
    return history.queries.operations()[0];
  };

  it('gives back the plan it was given, and knows its domain', () => {
    expect(reopened()).toEqual({
      id: 'one',
      kind: 'create',
      uuid: plan.uuid,
      name: 'web1',
      status: 'queued',
      requestedBy: 'root: domovoi create',
      state: plan.state,
      steps: plan.steps.map((step, index) => ({ index, step, status: 'planned' })),
      queuedAt: 10,
    });
    expect(history.queries.find('web1')).toBe(plan.uuid);
  });

  it('does not rename a domain for an operation that may be refused', () => {
    const other = { ...plan, name: 'impostor' };
    history.journal.begin({ id: 'two', plan: other, requestedBy: 'root: domovoi create', at: 11 });
    expect(history.queries.nameOf(plan.uuid)).toBe('web1');
  });

  it('tells when each step began and ended, and what it found out', () => {
    history.journal.start('one', 11);
    history.journal.stepStarted('one', 0, 12);
    history.journal.stepDone(
      'one',
      0,
      13,
      { domid: 7, nested: { c: 3 }, memory: undefined },
      false,
    );
    history.journal.stepStarted('one', 1, 14);
    history.journal.stepDone('one', 1, 15, {}, true);
    history.journal.finish('one', 'succeeded', 16);
    expect(reopened()).toMatchObject({
      status: 'succeeded',
      startedAt: 11,
      endedAt: 16,
      steps: [
        { status: 'done', startedAt: 12, endedAt: 13 },
        { status: 'done', startedAt: 14, endedAt: 15 },
      ],
    });
    expect(reopened()?.state).toEqual({ domid: 7, nested: { c: 3 } });
    expect(history.journal.unfinished()).toEqual([]);
  });

  it('keeps the reason for an undo through the undo', () => {
    history.journal.start('one', 11);
    history.journal.stepStarted('one', 0, 12);
    history.journal.stepFailed('one', 0, 13, broken);
    expect(reopened()).toMatchObject({ status: 'running', error: broken });
    history.journal.stepUndone('one', 0, 14);
    expect(reopened()?.steps[0]).toMatchObject({ status: 'undone', endedAt: 14, error: broken });
    const held = { code: 'EBUSY', message: 'Held' } as const;
    history.journal.stepUndone('one', 0, 15, held);
    history.journal.finish('one', 'stuck', 16, broken);
    expect(reopened()).toMatchObject({
      status: 'stuck',
      error: broken,
      steps: [{ status: 'undo-failed', error: held }, { status: 'planned' }],
    });
    expect(history.queries.stuck()).toBe(1);
  });

  it('lists what is unfinished, oldest first, until it is finished', () => {
    for (const [id, at] of [
      ['late', 30],
      ['early', 5],
      ['gone', 20],
    ] as const) {
      history.journal.begin({ id, plan, requestedBy: 'root', at });
    }
    history.journal.start('late', 31);
    history.journal.finish('gone', 'failed', 32, broken);
    history.journal.finish('early', 'stuck', 33, broken);
    expect(history.journal.unfinished().map(({ id }) => id)).toEqual(['early', 'one', 'late']);
  });

  it('syncs a pivot to the disk, and nothing else', () => {
    history.close();
    const db = openDatabase(join(directory, 'history.db'));
    db.exec(`
      CREATE TEMP TABLE levels (idx INTEGER, level INTEGER);
      CREATE TEMP TRIGGER look AFTER UPDATE ON main.steps BEGIN
        INSERT INTO levels SELECT new.idx, synchronous FROM pragma_synchronous;
      END;
    `);
    const journal = new SqliteJournal(db);
    journal.stepDone('one', 0, 1, {}, false);
    journal.stepDone('one', 1, 2, {}, true);
    journal.stepUndone('one', 0, 3);
    const levels = db.prepare('SELECT idx, level FROM levels').raw().all();
    db.close();
    const [normal, full] = [1, 2];
    expect(levels).toEqual([
      [0, normal],
      [1, full],
      [0, normal],
    ]);
    history = History.open(join(directory, 'history.db'));
  });

  it('refuses to write about what it does not have', () => {
    const internal = expect.objectContaining({ code: 'internal' });
    expect(() => history.journal.start('other', 1)).toThrow(internal);
    expect(() => history.journal.stepStarted('one', 2, 1)).toThrow(internal);
    expect(() => history.journal.stepDone('other', 0, 1, {}, true)).toThrow(internal);
    expect(() => history.journal.finish('other', 'succeeded', 1)).toThrow(internal);
  });
});
