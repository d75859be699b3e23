import { rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { MessageType } from '../../src/xenstore/wire.js';
import type { Connection } from '../../src/xenstored/connection.js';
import { DurableLog } from '../../src/xenstored/log/log.js';
import { Core } from './helpers/core.js';
import { temporaryDirectory } from './helpers/daemon.js';
import { type Client, type HostState, Model, type Operation } from './helpers/model.js';
import { stateOf } from './helpers/state.js';

const T = MessageType;
/** The domains that the clients of a program are; 7 is only ever talked of. */
const DOMIDS = [0, 0, 5, 5, 6];

const narrow = fc.constantFrom('/a', '/a/a', '/a/a', '/a/b', '/a/b', '/a/b/a', '/a/b/b', '/b');
const home = fc.constantFrom('/local/domain/5', '/local/domain/6', '/local/domain/5/a', '/local');
const path = fc.oneof(
  { weight: 12, arbitrary: narrow },
  { weight: 2, arbitrary: fc.constantFrom('a', 'a/b', 'b') },
  { weight: 2, arbitrary: home },
  fc.integer({ min: 0, max: 90 }).map((child) => `/wide/n${child}`),
  fc.constantFrom('/wide', '/', '/@releaseDomain'),
);
const permissions = fc.constantFrom(
  ...['n0', 'r0', 'b0', 'n5', 'b6', 'n0 r5', 'n0 b5 r6', 'w0 r7 b5', 'r6 n5', 'n0 r7', 'n7 b5'],
  'b5 r6 r7 r8 r9 r10',
);
const list = permissions.map((text) => text.split(' '));

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('read', 'list', 'get-permissions'), path }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('mkdir', 'rm'), path }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      path,
      value: fc.constantFrom('', '1', '2\0'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('set-permissions' as const), path, list }),
  },
);

/** Which of the open transactions; none when there are fewer. */
const slot = fc.constantFrom(0, 0, 0, 1, 9);
const token = fc.constantFrom('s', 't');
const watched = fc.oneof(
  { weight: 4, arbitrary: path },
  fc.constantFrom('@introduceDomain', '@releaseDomain'),
);
const guest = fc.constantFrom(5, 6, 7);
const step = fc.record({
  client: fc.constantFrom(0, 0, 0, 1, 2, 2, 2, 3, 4),
  what: fc.oneof(
    {
      weight: 20,
      arbitrary: fc.record({ do: fc.constant('operation' as const), slot, operation }),
    },
    { weight: 8, arbitrary: fc.record({ do: fc.constant('start' as const) }) },
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('end' as const),
        slot,
        commit: fc.constantFrom(true, true, true, false),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constantFrom('watch', 'unwatch'), path: watched, token }),
    },
    { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('deliver', 'settle') }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constantFrom('introduce', 'release', 'resume'), domid: guest }),
    },
    fc.record({
      do: fc.constant('set-target' as const),
      domid: guest,
      target: fc.constantFrom(0, 5, 6),
    }),
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('becomes' as const),
        domid: guest,
        state: fc.constantFrom<HostState>('alive', 'alive', 'shutdown', 'gone'),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constantFrom('look', 'look', 'reset', 'hang-up') }),
    },
    fc.record({
      do: fc.constant('set-special' as const),
      path: fc.constantFrom('@introduceDomain', '@releaseDomain'),
      list,
    }),
  ),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

const typeOf = {
  read: T.READ,
  list: T.DIRECTORY,
  'get-permissions': T.GET_PERMS,
  mkdir: T.MKDIR,
  rm: T.RM,
  write: T.WRITE,
  'set-permissions': T.SET_PERMS,
} as const;
const typeOfDomainRequest = {
  introduce: T.INTRODUCE,
  release: T.RELEASE,
  resume: T.RESUME,
} as const;

function payloadOf(what: Operation): string {
  if (what.kind === 'set-permissions')
    return [what.path, ...what.list].map((s) => `${s}\0`).join('');
  return `${what.path}\0${what.kind === 'write' ? what.value : ''}`;
}

const directory = temporaryDirectory();
afterAll(() => directory.remove());

interface Pair {
  readonly connection: Connection;
  readonly client: Client;
}

/** The store and the model side by side, told the same. */
class Comparison {
  readonly model = new Model();
  readonly #log: DurableLog;
  readonly core: Core;
  readonly #pairs: (Pair | undefined)[] = DOMIDS.map(() => undefined);

  constructor(nodeQuota: number) {
    rmSync(join(directory.path, 'store.log'), { force: true });
    const { log, recovered } = DurableLog.open(directory.path, undefined);
    this.#log = log;
    this.core = new Core({
      ...recovered,
      world: { domainState: (domid) => this.model.host.get(domid) ?? 'alive' },
      write: ({ pending }) => log.write(pending),
    });
    const { connection, client } = this.#pair(0);
    this.core.send(connection, T.CONTROL, `quota\0set\0nodes\0${nodeQuota}\0`);
    client.reply('OK\0');
    this.model.nodeQuota = nodeQuota;
  }

  /** The client of a number; undefined when there is no such domain at present. */
  #pairFor(index: number): Pair | undefined {
    const known = this.#pairs[index];
    if (known !== undefined && this.model.clients.has(known.client)) return known;
    const domid = DOMIDS[index] ?? 0;
    if (!this.model.exists(domid)) return undefined;
    const pair = this.#pair(domid);
    this.#pairs[index] = pair;
    return pair;
  }

  #pair(domid: number): Pair {
    return { connection: this.core.connect(domid), client: this.model.connect(domid) };
  }

  step(index: number, what: Step['what']): void {
    const { model, core } = this;
    if (what.do === 'look') {
      model.look();
      core.look();
      return;
    }
    if (what.do === 'settle') {
      core.settle();
      return;
    }
    if (what.do === 'becomes') {
      model.host.set(what.domid, what.state);
      return;
    }
    const pair = this.#pairFor(index);
    if (pair === undefined) return;
    const { connection, client } = pair;
    const transaction = 'slot' in what ? ([...client.transactions.keys()].at(what.slot) ?? 0) : 0;
    switch (what.do) {
      case 'operation': {
        const { operation } = what;
        core.send(connection, typeOf[operation.kind], payloadOf(operation), transaction);
        model.do(client, transaction, operation);
        return;
      }
      case 'start':
        if (client.transactions.size >= 3) return;
        core.send(connection, T.TRANSACTION_START, '\0');
        model.start(client);
        return;
      case 'end':
        core.send(connection, T.TRANSACTION_END, what.commit ? 'T\0' : 'F\0', transaction);
        model.end(client, transaction, what.commit);
        return;
      case 'watch':
        core.send(connection, T.WATCH, `${what.path}\0${what.token}\0`);
        model.watch(client, what.path, what.token);
        return;
      case 'unwatch':
        core.send(connection, T.UNWATCH, `${what.path}\0${what.token}\0`);
        model.unwatch(client, what.path, what.token);
        return;
      case 'reset':
        core.send(connection, T.RESET_WATCHES, '\0');
        model.reset(client);
        return;
      case 'hang-up':
        core.store.disconnect(connection);
        model.disconnect(client);
        return;
      case 'deliver':
        expect(core.messages(connection)).toEqual(client.take());
        return;
      case 'introduce':
      case 'release':
      case 'resume': {
        const more = what.do === 'introduce' ? '1\x001\0' : '';
        core.send(connection, typeOfDomainRequest[what.do], `${what.domid}\0${more}`);
        model[what.do](client, what.domid);
        return;
      }
      case 'set-target':
        core.send(connection, T.SET_TARGET, `${what.domid}\0${what.target}\0`);
        model.setTarget(client, what.domid, what.target);
        return;
      case 'set-special':
        core.send(connection, T.SET_PERMS, [what.path, ...what.list].map((s) => `${s}\0`).join(''));
        model.setSpecial(client, what.path, what.list);
        return;
    }
  }

  /** Everybody has heard the same, the books are right, and all of it would survive. */
  finish(): void {
    for (const pair of this.#pairs) {
      if (pair === undefined || !this.model.clients.has(pair.client)) continue;
      expect(this.core.messages(pair.connection)).toEqual(pair.client.take());
    }
    expect(this.core.store.check()).toEqual([]);
    this.core.settle();
    this.#log.close();
    const { log, recovered } = DurableLog.open(directory.path, undefined);
    log.close();
    expect(stateOf(recovered)).toEqual(stateOf(this.core.store));
  }

  compact(): void {
    this.core.settle();
    this.#log.startCompaction(this.core.store.tree, this.core.store.domains);
  }

  continueCompaction(): void {
    this.#log.continueCompaction();
  }
}

// Without bias: many small values make few collisions.
const program = fc.noBias(
  fc.record({
    nodeQuota: fc.constantFrom(4, 1000),
    /** Whether there is a directory of so many children that it is held in another way. */
    wide: fc.boolean(),
    /** Before which step the log is compacted. */
    compaction: fc.nat(60),
    steps: fc.array(step, { minLength: 30, maxLength: 100, size: 'max' }),
  }),
);

const beginning: readonly Operation[] = [
  ...[5, 6].flatMap((domid): Operation[] => [
    { kind: 'mkdir', path: `/local/domain/${domid}` },
    { kind: 'set-permissions', path: `/local/domain/${domid}`, list: [`n${domid}`] },
  ]),
  { kind: 'mkdir', path: '/a' },
  { kind: 'set-permissions', path: '/a', list: ['b0'] },
];
const wideBeginning = Array.from(
  { length: 80 },
  (_, child): Operation => ({ kind: 'mkdir', path: `/wide/n${child}` }),
);

test('random programs of several domains are answered, and told, what a simple model says', () => {
  fc.assert(
    fc.property(program, ({ nodeQuota, wide, compaction, steps }) => {
      const comparison = new Comparison(nodeQuota);
      for (const made of wide ? [...beginning, ...wideBeginning] : beginning) {
        comparison.step(0, { do: 'operation', slot: 0, operation: made });
      }
      for (const domid of [5, 6] as const) comparison.step(0, { do: 'introduce', domid });
      for (const client of DOMIDS.keys()) {
        for (const path of ['/a', client < 2 ? '/' : '/a/b', '/a/a']) {
          comparison.step(client, { do: 'watch', path, token: 't' });
        }
      }
      steps.forEach(({ client, what }, index) => {
        if (index === compaction) comparison.compact();
        comparison.step(client, what);
        if (index > compaction) comparison.continueCompaction();
      });
      comparison.finish();
    }),
    { numRuns: 2000 },
  );
});

test('a batch that cannot be made durable leaves the store as it was before', () => {
  const some = fc.array(operation, { maxLength: 15 });
  fc.assert(
    fc.property(some, some, some, (first, failed, last) => {
      const core = new Core();
      const model = new Model();
      const connections = [core.connect(0), core.connect(5)];
      const clients = [model.connect(0), model.connect(5)];
      core.settle();
      const both = (what: Operation, index: number) => {
        const [connection, client] = [connections[index % 2], clients[index % 2]];
        if (connection === undefined || client === undefined) return;
        core.send(connection, typeOf[what.kind], payloadOf(what));
        model.do(client, 0, what);
        expect(core.messages(connection)).toEqual(client.take());
      };
      for (const [index, what] of first.entries()) both(what, index);
      core.settle();
      const before = stateOf(core.store);
      for (const [index, what] of failed.entries()) {
        const connection = connections[index % 2];
        if (connection !== undefined) core.ask(connection, typeOf[what.kind], payloadOf(what));
      }
      core.store.rollBack();
      expect(core.store.check()).toEqual([]);
      expect(stateOf(core.store)).toEqual({ ...before, epoch: core.store.domains.epoch });
      for (const [index, what] of last.entries()) both(what, index);
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
