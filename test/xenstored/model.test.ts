import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MessageType } from '../../src/xenstore/wire.js';
import { Core } from './helpers/core.js';
import { type ModelOperation, ModelStore } from './helpers/model.js';

const CLIENTS = 3;

const narrow = fc
  .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 })
  .map((names) => `/${names.join('/')}`);
const wide = fc.integer({ min: 0, max: 90 }).map((child) => `/wide/n${child}`);
const path = fc.oneof({ weight: 4, arbitrary: narrow }, wide, fc.constantFrom('/wide', '/'));

const operation: fc.Arbitrary<ModelOperation> = fc.oneof(
  fc.record({ kind: fc.constantFrom('read', 'list', 'get-permissions'), path } as const),
  fc.record({ kind: fc.constantFrom('mkdir', 'rm'), path } as const),
  fc.record({ kind: fc.constant('write'), path, value: fc.constantFrom('', '1', '2\0') } as const),
  fc.record({
    kind: fc.constant('set-permissions'),
    path,
    value: fc.constantFrom('n0\0', 'r0\0w5\0'),
  } as const),
);
const step = fc.record({
  client: fc.nat(CLIENTS - 1),
  what: fc.oneof(
    { weight: 8, arbitrary: operation },
    { weight: 1, arbitrary: fc.constant('start' as const) },
    { weight: 2, arbitrary: fc.constant('commit' as const) },
    { weight: 1, arbitrary: fc.constant('abandon' as const) },
  ),
});

const T = MessageType;
const typeOf = {
  read: T.READ,
  list: T.DIRECTORY,
  'get-permissions': T.GET_PERMS,
  mkdir: T.MKDIR,
  rm: T.RM,
  write: T.WRITE,
  'set-permissions': T.SET_PERMS,
} as const;

test('random programs of several clients answer, and tell, what a simple model does', () => {
  fc.assert(
    fc.property(fc.boolean(), fc.array(step, { maxLength: 60 }), (startWide, steps) => {
      const core = new Core();
      const model = new ModelStore();
      const clients = Array.from({ length: CLIENTS }, () => core.connect());
      const watcher = core.connect();
      for (let child = 0; startWide && child < 80; child++) {
        const made = { kind: 'mkdir', path: `/wide/n${child}` } as const;
        model.do(made, undefined);
        core.ask(watcher, T.MKDIR, `${made.path}\0`);
      }
      core.ask(watcher, T.WATCH, '/\0t\0');
      core.events(watcher);
      const open: (number | undefined)[] = [];
      steps.forEach(({ client, what }, index) => {
        const connection = clients[client];
        if (connection === undefined) return;
        const transaction = open[client];
        const at = `step ${index}: ${JSON.stringify(what)}`;
        if (what === 'start') {
          if (transaction !== undefined) return;
          open[client] = Number(core.ask(connection, T.TRANSACTION_START, '\0').slice(0, -1));
          model.start(client);
        } else if (what === 'commit' || what === 'abandon') {
          if (transaction === undefined) return;
          open[client] = undefined;
          const verdict = what === 'commit' ? 'T\0' : 'F\0';
          const answer = core.ask(connection, T.TRANSACTION_END, verdict, transaction);
          expect(answer, at).toBe(model.end(client, what === 'commit'));
          expect(core.events(watcher), at).toEqual(model.told);
        } else {
          const payload = `${what.path}\0${'value' in what ? what.value : ''}`;
          const answer = core.ask(connection, typeOf[what.kind], payload, transaction ?? 0);
          const expected = model.do(what, transaction === undefined ? undefined : client);
          expect(answer, at).toBe(expected);
          const told = transaction === undefined ? model.told : [];
          expect(core.events(watcher), at).toEqual(told);
        }
        // Every other turn everything becomes durable, in between several requests share one.
        if (index % 2 === 0) core.store.settled();
        else expect(core.store.check(), at).toEqual([]);
      });
    }),
    { numRuns: 2000 },
  );
});

test('a batch that cannot be made durable leaves the store as it was before', () => {
  const kept = fc.array(operation, { maxLength: 15 });
  const undone = fc.array(operation, { minLength: 1, maxLength: 15 });
  fc.assert(
    fc.property(kept, undone, kept, (first, failed, last) => {
      const core = new Core();
      const model = new ModelStore();
      const client = core.connect();
      const ask = (what: ModelOperation) =>
        core.ask(client, typeOf[what.kind], `${what.path}\0${'value' in what ? what.value : ''}`);
      for (const what of first) expect(ask(what)).toBe(model.do(what, undefined));
      core.store.settled();
      for (const what of failed) ask(what);
      core.store.rollBack();
      expect(core.store.check()).toEqual([]);
      for (const what of last) expect(ask(what)).toBe(model.do(what, undefined));
      expect(core.store.check()).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

test('replies and events of a batch that failed are taken back', () => {
  const core = new Core();
  const [writer, watcher] = [core.connect(), core.connect()];
  core.ask(watcher, T.WATCH, '/\0t\0');
  core.events(watcher);
  core.ask(writer, T.MKDIR, '/before\0');
  core.store.settled();
  const handle = (type: number, payload: string) => {
    core.ask(writer, type, payload);
  };
  handle(T.WRITE, '/lost\0');
  writer.reply(T.WRITE, 7, 0, 'OK\0', core.store.batch);
  writer.reply(T.WATCH, 8, 0, 'OK\0', 0);
  core.store.rollBack();
  expect(core.events(watcher)).toEqual(['/before']);
  expect(writer.outbox.take()).toMatchObject([
    { type: T.ERROR, requestId: 7, payload: 'ENOSPC\0' },
    { type: T.WATCH, requestId: 8, payload: 'OK\0' },
  ]);
});

test('a transaction that began on what was undone later is gone', () => {
  const core = new Core();
  const client = core.connect();
  const early = Number(core.ask(client, T.TRANSACTION_START, '\0').slice(0, -1));
  core.ask(client, T.WRITE, '/lost\0');
  const late = Number(core.ask(client, T.TRANSACTION_START, '\0').slice(0, -1));
  core.store.rollBack();
  expect(core.ask(client, T.READ, '/lost\0', late)).toBe('ENOENT');
  expect(core.ask(client, T.TRANSACTION_END, 'T\0', late)).toBe('ENOENT');
  expect(core.ask(client, T.WRITE, '/kept\0', early)).toBe('OK\0');
  expect(core.ask(client, T.TRANSACTION_END, 'T\0', early)).toBe('OK\0');
  expect(core.ask(client, T.DIRECTORY, '/\0')).toBe('kept\0');
});
