import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { MessageType } from '../../src/xenstore/wire.js';
import { DurableLog } from '../../src/xenstored/log/log.js';
import { Core } from './helpers/core.js';
import { recordingLogger, temporaryDirectory } from './helpers/daemon.js';
import { stateOf } from './helpers/state.js';

const T = MessageType;
const directory = temporaryDirectory();
const dir = directory.path;
const logPath = join(dir, 'store.log');
afterAll(() => directory.remove());
beforeEach(() => removeFiles());

function removeFiles(): void {
  for (const name of readdirSync(dir)) rmSync(join(dir, name));
}

const path = fc.constantFrom('/a', '/a/b', '/a/b/c', '/b', '/b/a', '/local/domain/5/x');
const request = fc.oneof(
  fc.record({ type: fc.constantFrom(T.MKDIR, T.RM), path, more: fc.constant('') }),
  fc.record({ type: fc.constant(T.WRITE), path, more: fc.string({ unit: 'binary-ascii' }) }),
  fc.record({
    type: fc.constant(T.SET_PERMS),
    path,
    more: fc.constantFrom('n0\0', 'n5\0', 'b0\0r5\0w6\0', 'r7\0n0\0'),
  }),
  fc.record({
    type: fc.constantFrom(T.INTRODUCE, T.RELEASE),
    path: fc.constantFrom('5', '6'),
    more: fc.constant('1\x001\0'),
  }),
);
/** Each request for itself, or some in a transaction. */
const commit = fc.oneof(
  request.map((one) => [one]),
  fc.array(request, { minLength: 2, maxLength: 5 }),
);
type Commits = typeof commit extends fc.Arbitrary<infer One> ? readonly One[] : never;
type State = ReturnType<typeof stateOf>;

/** A log, and after each of its records where it ends and what the store holds. */
interface History {
  readonly bytes: Buffer;
  readonly records: readonly { readonly end: number; readonly state: State }[];
}

/** @param compactAt the commit before which the log is compacted */
function historyOf(commits: Commits, compactAt?: number): History {
  removeFiles();
  const { log, recovered } = DurableLog.open(dir, undefined);
  let records: History['records'][number][] = [{ end: log.size, state: stateOf(recovered) }];
  const core: Core = new Core({
    ...recovered,
    write: ({ pending }) => {
      log.write(pending);
      records.push({ end: log.size, state: stateOf(core.store) });
    },
  });
  const client = core.connect();
  for (const [index, requests] of commits.entries()) {
    if (index === compactAt) {
      core.settle();
      log.startCompaction(core.store.tree, core.store.domains);
      while (log.isCompacting) log.continueCompaction();
      records = [{ end: log.size, state: stateOf(core.store) }];
    }
    const inTransaction = requests.length > 1;
    const tx = inTransaction ? Number.parseInt(core.ask(client, T.TRANSACTION_START, '\0'), 10) : 0;
    for (const { type, path, more } of requests) core.ask(client, type, `${path}\0${more}`, tx);
    if (inTransaction) core.ask(client, T.TRANSACTION_END, 'T\0', tx);
    // Some commits are written together.
    if (index % 3 !== 1) core.settle();
  }
  core.settle();
  log.close();
  return { bytes: readFileSync(logPath), records };
}

/** Opens a damaged log: what must hold whatever was damaged. Returns the state it opens with. */
function openDamaged(bytes: Buffer, isWhole: boolean): State {
  removeFiles();
  writeFileSync(logPath, bytes);
  const { logger, lines } = recordingLogger();
  const { log, recovered } = DurableLog.open(dir, logger);
  const state = stateOf(recovered);
  const aside = readdirSync(dir).filter((name) => name.includes('damaged'));
  const goodBytes = readFileSync(logPath).length;
  if (isWhole) {
    expect(aside).toEqual([]);
    expect(lines).toEqual([]);
  } else {
    expect(lines).toMatchObject([{ level: 'warn' }]);
    expect(aside).toHaveLength(1);
    const kept = bytes.subarray(0, bytes.length - readFileSync(join(dir, aside[0] ?? '')).length);
    expect(kept.length === 0 || kept.length === goodBytes).toBe(true);
  }
  // It goes on from there, and what is written then is whole.
  const core = new Core({ ...recovered, write: ({ pending }) => log.write(pending) });
  expect(core.ask(core.connect(), T.WRITE, '/goes\0on')).toBe('OK\0');
  core.settle();
  expect(core.store.check()).toEqual([]);
  log.close();
  const again = DurableLog.open(dir, logger);
  again.log.close();
  expect(stateOf(again.recovered)).toEqual(stateOf(core.store));
  expect(lines).toHaveLength(isWhole ? 0 : 1);
  return state;
}

/** The state after the last record that ends at or before `offset`; at first the empty one. */
function stateAt({ records }: History, offset: number): Partial<State> {
  return (records.findLast(({ end }) => end <= offset) ?? records[0])?.state ?? {};
}

test('a log cut at any byte holds all commits before it, and says so unless none was cut', () => {
  fc.assert(
    fc.property(fc.array(commit, { minLength: 1, maxLength: 8 }), (commits) => {
      const history = historyOf(commits);
      const ends = new Set([0, ...history.records.map(({ end }) => end)]);
      for (let size = 0; size < history.bytes.length; size++) {
        const state = openDamaged(history.bytes.subarray(0, size), ends.has(size));
        expect(state, `cut to ${size} bytes`).toMatchObject(stateAt(history, size));
      }
    }),
    { numRuns: 10 },
  );
});

test('a log with a flipped bit holds all commits before it, and says so', () => {
  const many = fc.array(commit, { minLength: 50, maxLength: 150, size: 'max' });
  const flips = fc.array(
    fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), bit: fc.nat(7) }),
    {
      minLength: 20,
      maxLength: 20,
    },
  );
  fc.assert(
    fc.property(many, flips, (commits, damages) => {
      const history = historyOf(commits);
      for (const { at, bit } of damages) {
        const bytes = Buffer.from(history.bytes);
        const offset = Math.min(Math.floor(at * bytes.length), bytes.length - 1);
        bytes.writeUInt8(bytes.readUInt8(offset) ^ (1 << bit), offset);
        expect(openDamaged(bytes, false), `bit ${bit} of byte ${offset}`).toMatchObject(
          stateAt(history, offset),
        );
      }
    }),
    { numRuns: 20 },
  );
});

test('a log is read back whole, compacted or not', () => {
  fc.assert(
    fc.property(fc.array(commit, { maxLength: 30 }), fc.nat(30), (commits, compactAt) => {
      const history = historyOf(commits, compactAt);
      expect(openDamaged(history.bytes, true)).toEqual(history.records.at(-1)?.state);
    }),
    { numRuns: 200 },
  );
});
