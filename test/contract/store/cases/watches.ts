import { expect } from 'vitest';
import type { StoreCase } from '../case.js';
import type { StoreUnderTest } from '../store-under-test.js';
import { OK, T, writeAll } from './helpers.js';

export const watchCases: readonly StoreCase[] = [
  {
    name: 'a watch answers OK, then fires at once, also for what is not there',
    run: async (store) => {
      const a = await store.connect();
      await a.watch('/c/not/there', 'tok');
      await a.events();
      await a.watch('/c/not/here', 'tok');
      await a.ask(T.GET_DOMAIN_PATH, '1\0');
      expect(a.received.slice(0, 2)).toEqual(['WATCH OK', 'EVENT /c/not/here tok']);
    },
  },
  {
    name: 'an event has neither request nor transaction id',
    run: async (store) => {
      const a = await store.connect();
      await a.watch('/c', 't');
      const tx = await a.start();
      await a.write('/c', '1', tx);
      await a.end(tx);
      await a.events();
      expect(a.eventIds).toEqual([
        [0, 0],
        [0, 0],
      ]);
    },
  },
  {
    name: 'watches: the same twice, other tokens, unwatching, wrong arguments',
    run: async (store) => {
      const a = await store.connect();
      expect(await a.watch('rel', 't')).toBe(OK);
      expect(await a.watch('/local/domain/0/rel', 't')).toBe('EEXIST');
      expect(await a.watch('rel', 'u')).toBe(OK);
      expect(await a.unwatch('/local/domain/0/rel', 't')).toBe(OK);
      expect(await a.unwatch('rel', 't')).toBe('ENOENT');
      expect(await a.ask(T.WATCH, 'rel\0a\0b\0')).toBe('EINVAL');
      expect(await a.ask(T.WATCH, 'rel\0')).toBe('EINVAL');
      expect(await a.watch('/bad path', 't')).toBe('EINVAL');
      expect(await a.watch('@anything', 't')).toBe(OK);
    },
  },
  {
    name: 'two connections may have the same watch; each is its own',
    run: async (store) => {
      const [a, b] = [await store.connect(), await store.connect()];
      expect(await a.watch('/c', 't')).toBe(OK);
      expect(await b.watch('/c', 't')).toBe(OK);
      await Promise.all([a.events(), b.events()]);
      expect(await a.unwatch('/c', 't')).toBe(OK);
      await a.write('/c', '1');
      expect(await a.events()).toEqual([]);
      expect(await b.events()).toEqual(['/c t']);
    },
  },
  {
    name: 'tokens are told as they were given, also empty ones',
    run: async (store) => {
      const a = await store.connect();
      expect(await a.watch('/c', '')).toBe(OK);
      expect(await a.watch('/c', 'to ken/@\x7f')).toBe(OK);
      expect((await a.events()).sort()).toEqual(['/c ', '/c to ken/@\x7f']);
    },
  },
  {
    name: 'watches fire for the node and all below; relative ones report relative',
    run: async (store) => {
      const [a, b] = [await store.connect(), await store.connect()];
      await a.watch('/local/domain/0/dev', 'abs');
      await a.watch('dev', 'rel');
      await a.events();
      await b.write('dev/vbd/1', 'x');
      expect((await a.events()).sort()).toEqual(['/local/domain/0/dev/vbd/1 abs', 'dev/vbd/1 rel']);
      await b.write('/local/domain/0/devil', 'x');
      await b.write('/local/domain/0', 'x');
      expect(await a.events()).toEqual([]);
    },
  },
  {
    name: 'a watch on the root hears of everything but the special names',
    differs: { oxenstored: { why: 'not of the root itself' } },
    run: async (store) => {
      const [a, b] = [await store.connect(), await store.connect()];
      await a.watch('/', 't');
      expect(await a.events()).toEqual(['/ t']);
      store.setDomainState(5, 'running');
      await b.write('/x', '');
      await b.introduce(5);
      await b.write('/', 'top');
      expect(await a.events()).toEqual(['/x t', '/ t']);
    },
  },
  {
    name: 'what fires: the same value and permissions do',
    run: async (store) => {
      const [a, b] = [await store.connect(), await store.connect()];
      await b.write('/c/x', '1');
      await a.watch('/c', 't');
      await a.events();
      await b.write('/c/x', '1');
      expect(await a.events()).toEqual(['/c/x t']);
      await b.setPermissions('/c/x', 'r0');
      expect(await a.events()).toEqual(['/c/x t']);
      await b.rm('/c/x');
      expect(await a.events()).toEqual(['/c/x t']);
    },
  },
  {
    name: 'what does not fire: looking, MKDIR of what is there, RM of what is not, failures',
    run: async (store) => {
      const [a, b] = [await store.connect(), await store.connect()];
      await b.write('/c/x', '1');
      await a.watch('/c', 't');
      await a.events();
      await b.mkdir('/c/x');
      await b.rm('/c/none');
      await b.read('/c/x');
      await b.list('/c');
      await b.read('/c/none');
      await b.rm('/c/none/none');
      await b.setPermissions('/c/none', 'n0');
      await b.setPermissions('/c/x', 'nonsense');
      expect(await a.events()).toEqual([]);
    },
  },
  {
    name: 'a write that makes parents fires once, for the leaf',
    run: async (store) => {
      const [a, b] = [await store.connect(), await store.connect()];
      await a.watch('/', 't');
      await a.watch('/c/p/q/r/s', 'below');
      await a.events();
      await b.write('/c/p/q/r', '');
      expect(await a.events()).toEqual(['/c/p/q/r t']);
    },
  },
  {
    name: 'RM fires once above, and for watched nodes below that existed, the deepest first',
    differs: {
      oxenstored: {
        why: 'the removed root first, and also for what did not exist',
        instead: async (store) => {
          const { heard } = await removeWatched(store);
          expect(heard[0]).toBe('/c/r above');
          expect(heard).toContain('/c/r/none missing');
        },
      },
    },
    run: async (store) => {
      const { heard } = await removeWatched(store);
      expect(heard).toEqual(['/c/r/x/y leaf', '/c/r/x middle', '/c/r above']);
    },
  },
  {
    name: 'a removal in a transaction tells the same at its commit',
    differs: {
      oxenstored: { why: 'the removed root first, and also for what did not exist' },
      xenstored: {
        why: 'in the order of first access, and so the root first',
        instead: async (store) => {
          const { heard } = await removeWatched(store, true);
          expect(heard).toEqual(['/c/r above', '/c/r/x middle', '/c/r/x/y leaf']);
        },
      },
    },
    run: async (store) => {
      const { heard } = await removeWatched(store, true);
      expect(heard).toEqual(['/c/r/x/y leaf', '/c/r/x middle', '/c/r above']);
    },
  },
  {
    name: 'siblings removed together fire in order of their creation',
    differs: { oxenstored: { why: 'the removed root first' } },
    run: async (store) => {
      const [a, b] = [await store.connect(), await store.connect()];
      const paths = ['/c/z', '/c/m', '/c/a'];
      await writeAll(b, paths);
      for (const path of ['/c/m', '/c/a', '/c/z', '/c']) await a.watch(path, 't');
      await a.events();
      await b.rm('/c');
      expect(await a.events()).toEqual([...paths, '/c'].map((path) => `${path} t`));
    },
  },
  {
    name: 'a commit fires once for each node, an abandoned or colliding transaction not at all',
    differs: {
      oxenstored: { why: 'fires once for each operation, also for what came and went within' },
    },
    run: async (store) => {
      const [a, b] = [await store.connect(), await store.connect()];
      await a.watch('/c', 't');
      await a.events();
      const tx = await b.start();
      await b.write('/c/two', '1', tx);
      await b.write('/c/one', '1', tx);
      await b.write('/c/two', '2', tx);
      await b.write('/c/gone', '', tx);
      await b.rm('/c/gone', tx);
      expect(await a.events()).toEqual([]);
      expect(await b.end(tx)).toBe(OK);
      expect(await a.events()).toEqual(['/c/two t', '/c/one t']);
      const given = await b.start();
      await b.write('/c/one', 'z', given);
      await b.end(given, 'F');
      const colliding = await b.start();
      await b.read('/c/one', colliding);
      await b.write('/c/one', 'z', colliding);
      await a.write('/c/one', 'w');
      expect(await b.end(colliding)).toBe('EAGAIN');
      expect(await a.events()).toEqual(['/c/one t']);
    },
  },
  {
    name: 'a commit tells in the order in which nodes were first changed',
    differs: {
      xenstored: {
        why: 'in the order of first access, reading included',
        instead: async (store) => {
          expect(await committedInOrder(store)).toEqual(['/c/three t', '/c/one t', '/c/two t']);
        },
      },
    },
    run: async (store) => {
      expect(await committedInOrder(store)).toEqual(['/c/one t', '/c/three t', '/c/two t']);
    },
  },
  {
    name: 'a commit that removes a subtree tells only of nodes that others have seen',
    differs: { oxenstored: { why: 'also of what did not exist' } },
    run: async (store) => {
      const [a, b] = [await store.connect(), await store.connect()];
      await b.write('/c/r/old', '');
      for (const path of ['/c/r/old', '/c/r/new', '/c/r/none']) await a.watch(path, 't');
      await a.events();
      const tx = await b.start();
      await b.write('/c/r/new', '', tx);
      await b.rm('/c/r', tx);
      expect(await b.end(tx)).toBe(OK);
      expect(await a.events()).toEqual(['/c/r/old t']);
    },
  },
  {
    name: 'removed and made again in one transaction is one event',
    differs: { oxenstored: { why: 'one for each operation' } },
    run: async (store) => {
      const [a, b] = [await store.connect(), await store.connect()];
      await b.write('/c/x', 'old');
      await a.watch('/c', 't');
      await a.events();
      const tx = await b.start();
      await b.rm('/c/x', tx);
      await b.write('/c/x', 'new', tx);
      expect(await b.end(tx)).toBe(OK);
      expect(await a.events()).toEqual(['/c/x t']);
      expect(await a.read('/c/x')).toBe('new');
    },
  },
  {
    name: "one's own change is an event before it is a reply",
    differs: { oxenstored: { why: 'the reply comes first' } },
    run: async (store) => {
      const a = await store.connect();
      await a.watch('/c', 't');
      await a.events();
      await a.write('/c/x', '');
      expect(a.received).toEqual(['EVENT /c/x t', 'WRITE OK']);
    },
  },
  {
    name: "one's own commit is an event before it is a reply",
    run: async (store) => {
      const a = await store.connect();
      await a.watch('/c', 't');
      await a.events();
      const tx = await a.start();
      await a.write('/c/x', '', tx);
      a.received.splice(0);
      await a.end(tx);
      expect(a.received).toEqual(['EVENT /c/x t', 'TRANSACTION_END OK']);
    },
  },
  {
    name: 'several watches of a connection fire in the order of their registration',
    differs: {
      oxenstored: {
        why: 'from the root down, and of one node the latest first',
        instead: async (store) => {
          expect(await firesFor(store)).toEqual([
            '/c/x fourth',
            '/c/x second',
            '/c/x third',
            '/c/x first',
          ]);
        },
      },
    },
    run: async (store) => {
      expect(await firesFor(store)).toEqual([
        '/c/x first',
        '/c/x second',
        '/c/x third',
        '/c/x fourth',
      ]);
    },
  },
  {
    name: 'an event that would be longer than a message is not sent',
    differs: { oxenstored: { why: 'breaks the protocol: sends it' } },
    run: async (store) => {
      const a = await store.connect();
      const token = 't'.repeat(4096 - '/c\0\0'.length);
      expect(await a.watch('/c', token)).toBe(OK);
      expect(await a.events()).toEqual([`/c ${token}`]);
      await a.write('/c', '1');
      expect(await a.events()).toEqual([`/c ${token}`]);
      await a.write('/c/x', '');
      expect(await a.events()).toEqual([]);
    },
  },
  {
    name: 'RESET_WATCHES drops watches and transactions',
    differs: { oxenstored: { why: 'EIO for an unknown transaction' } },
    run: async (store) => {
      const a = await store.connect();
      await a.watch('/c', 't');
      const tx = await a.start();
      expect(await a.ask(T.RESET_WATCHES, '\0')).toBe(OK);
      expect(await a.end(tx)).toBe('ENOENT');
      await a.events();
      await a.write('/c/x', '');
      expect(await a.events()).toEqual([]);
    },
  },
];

async function removeWatched(
  store: StoreUnderTest,
  inTransaction = false,
): Promise<{ heard: string[] }> {
  const [a, b] = [await store.connect(), await store.connect()];
  await b.write('/c/r/x/y', '');
  await a.watch('/c', 'above');
  await a.watch('/c/r/x/y', 'leaf');
  await a.watch('/c/r/x', 'middle');
  await a.watch('/c/r/none', 'missing');
  await a.events();
  const tx = inTransaction ? await b.start() : 0;
  expect(await b.rm('/c/r', tx)).toBe(OK);
  if (inTransaction) expect(await b.end(tx)).toBe(OK);
  return { heard: await a.events() };
}

async function committedInOrder(store: StoreUnderTest): Promise<string[]> {
  const [a, b] = [await store.connect(), await store.connect()];
  await writeAll(b, ['/c/one', '/c/two', '/c/three']);
  await a.watch('/c', 't');
  await a.events();
  const tx = await b.start();
  await b.read('/c/three', tx);
  await b.write('/c/one', '1', tx);
  await b.getPermissions('/c/two', tx);
  await b.write('/c/three', '3', tx);
  await b.write('/c/two', '2', tx);
  expect(await b.end(tx)).toBe(OK);
  return a.events();
}

async function firesFor(store: StoreUnderTest): Promise<string[]> {
  const [a, b] = [await store.connect(), await store.connect()];
  await a.watch('/c/x', 'first');
  await a.watch('/c', 'second');
  await a.watch('/c/x', 'third');
  await a.watch('/', 'fourth');
  await a.events();
  await b.write('/c/x', '');
  return a.events();
}
