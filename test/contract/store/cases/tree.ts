import { expect } from 'vitest';
import type { StoreCase } from '../case.js';
import type { StoreUnderTest } from '../store-under-test.js';
import { make, names, OK, T, writeAll } from './helpers.js';

export const treeCases: readonly StoreCase[] = [
  {
    name: 'READ gives the bytes that were written, and adds none',
    run: async (store) => {
      const a = await store.connect();
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i)).toString('latin1');
      for (const value of ['x\0y\0', '', bytes]) {
        expect(await a.ask(T.WRITE, Buffer.from(`/c/v\0${value}`, 'latin1'))).toBe(OK);
        expect(await a.read('/c/v')).toBe(value);
      }
    },
  },
  {
    name: 'the root has a value',
    run: async (store) => {
      const a = await store.connect();
      expect(await a.write('/', 'top')).toBe(OK);
      expect(await a.read('/')).toBe('top');
      expect(await a.list('/')).toContain('tool\0');
    },
  },
  {
    name: 'it begins with /tool/xenstored and /local',
    differs: { xenstored: { why: 'makes /local when there is need; pyxs expects it' } },
    run: async (store) => {
      const a = await store.connect();
      expect(await a.list('/tool')).toBe('xenstored\0');
      expect(await a.read('/local')).toBe('');
    },
  },
  {
    name: 'what is no path',
    run: async (store) => {
      const a = await store.connect();
      for (const path of ['', '//', '/a/', '/a//b', '/a.b', '/a b', '/a:b', '/ä', 'a/', '.']) {
        expect(await a.read(path), path).toBe('EINVAL');
        expect(await a.write(path, ''), path).toBe('EINVAL');
      }
      expect(await a.write('/c/A-Za-z0-9_@', 'ok')).toBe(OK);
    },
  },
  {
    name: 'a special name is none of a node',
    differs: { oxenstored: { why: 'takes it for a node that is not there, ENOENT' } },
    run: async (store) => {
      const a = await store.connect();
      for (const path of ['@releaseDomain', '@introduceDomain', '@x']) {
        expect(await a.read(path), path).toBe('EINVAL');
        expect(await a.write(path, ''), path).toBe('EINVAL');
        expect(await a.getPermissions(path), path).toBe('EINVAL');
      }
    },
  },
  {
    name: 'a path has up to 2048 bytes, not counted a leading home',
    differs: {
      oxenstored: { why: 'its default configuration says 1024', instead: longPaths(1024) },
    },
    run: longPaths(2048),
  },
  {
    name: 'relative paths lie below the home of domain 0',
    run: async (store) => {
      const a = await store.connect();
      expect(await a.write('rel/x', '1')).toBe(OK);
      expect(await a.read('/local/domain/0/rel/x')).toBe('1');
      expect(await a.read('rel/x')).toBe('1');
    },
  },
  {
    name: 'missing parents are made, empty, with the permissions of the nearest node',
    run: async (store) => {
      const a = await store.connect();
      await make(a, '/c', '', 'n0', 'r0');
      expect(await a.write('/c/p/q', '1')).toBe(OK);
      expect(await a.read('/c/p')).toBe('');
      expect(await a.getPermissions('/c/p')).toBe('n0\0r0\0');
      expect(await a.getPermissions('/c/p/q')).toBe('n0\0r0\0');
    },
  },
  {
    name: 'MKDIR of what exists changes nothing',
    run: async (store) => {
      const a = await store.connect();
      await a.write('/c/m', 'kept');
      expect(await a.mkdir('/c/m')).toBe(OK);
      expect(await a.read('/c/m')).toBe('kept');
    },
  },
  {
    name: 'RM: a subtree, a missing node, a missing parent',
    run: async (store) => {
      const a = await store.connect();
      await a.write('/c/r/s/t', '1');
      expect(await a.rm('/c/r')).toBe(OK);
      expect(await a.read('/c/r/s/t')).toBe('ENOENT');
      expect(await a.rm('/c/r')).toBe(OK);
      expect(await a.rm('/c/r/s')).toBe('ENOENT');
    },
  },
  {
    name: 'the root cannot be removed',
    differs: { oxenstored: { why: 'a bug: it says OK and empties the store' } },
    run: async (store) => {
      const a = await store.connect();
      await a.mkdir('/c');
      expect(await a.rm('/')).toBe('EINVAL');
      expect(await a.list('/')).toContain('c\0');
    },
  },
  {
    name: 'DIRECTORY lists in order of creation',
    differs: {
      oxenstored: {
        why: 'lists by the alphabet',
        instead: async (store) => {
          const a = await store.connect();
          await writeAll(a, ['/c/z', '/c/m', '/c/a']);
          expect(await a.list('/c')).toBe('a\0m\0z\0');
        },
      },
    },
    run: async (store) => {
      const a = await store.connect();
      await writeAll(a, ['/c/z', '/c/m', '/c/a']);
      expect(await a.list('/c')).toBe('z\0m\0a\0');
      await a.rm('/c/z');
      await a.write('/c/z', '');
      expect(await a.list('/c')).toBe('m\0a\0z\0');
    },
  },
  {
    name: 'a leaf has zero bytes of listing',
    run: async (store) => {
      const a = await store.connect();
      await a.write('/c/leaf', '');
      expect(await a.list('/c/leaf')).toBe('');
      expect(await a.list('/c/none')).toBe('ENOENT');
    },
  },
  {
    name: 'DIRECTORY of exactly 4096 bytes fits, of one name more is E2BIG',
    differs: { oxenstored: { why: 'breaks the protocol: sends it all, however long' } },
    run: async (store) => {
      const a = await store.connect();
      // 128 names of 31 characters and a NUL.
      await writeAll(
        a,
        names(128, 31).map((name) => `/c/${name}`),
      );
      expect((await a.list('/c')).length).toBe(4096);
      await a.write('/c/x', '');
      expect(await a.list('/c')).toBe('E2BIG');
    },
  },
  {
    name: 'DIRECTORY_PART gives whole names from a byte offset, under one generation',
    differs: { oxenstored: { why: 'ENOSYS: it does not know DIRECTORY_PART', instead: noParts } },
    run: async (store) => {
      const a = await store.connect();
      const all = Array.from({ length: 300 }, (_, i) => `name-${i}-${'x'.repeat(i % 40)}`);
      await writeAll(
        a,
        all.map((name) => `/c/${name}`),
      );
      const listing = all.map((name) => `${name}\0`).join('');
      let gathered = '';
      const generations = new Set<string>();
      for (let isLast = false; !isLast; ) {
        const answer = await a.ask(T.DIRECTORY_PART, `/c\0${gathered.length}\0`);
        expect(answer.length).toBeLessThanOrEqual(4096);
        const head = answer.indexOf('\0');
        generations.add(answer.slice(0, head));
        const part = answer.slice(head + 1);
        isLast = part.endsWith('\0\0');
        gathered += isLast ? part.slice(0, -1) : part;
        const next = all[gathered.split('\0').length - 1];
        if (!isLast) expect(answer.length + (next?.length ?? 0) + 2).toBeGreaterThan(4096);
      }
      expect(gathered).toBe(listing);
      expect(generations.size).toBe(1);
      const [generation] = generations;
      const end = `${generation}\0\0`;
      expect(await a.ask(T.DIRECTORY_PART, `/c\0${listing.length}\0`)).toBe(end);
      expect(await a.ask(T.DIRECTORY_PART, '/c\x00999999\0')).toBe(end);
      const junk = await a.ask(T.DIRECTORY_PART, '/c\0junk\0');
      expect(junk.startsWith(`${generation}\0${all[0]}\0`)).toBe(true);
    },
  },
  {
    name: 'DIRECTORY_PART of a leaf, of a missing node, and with arguments too many or too few',
    differs: { oxenstored: { why: 'ENOSYS: it does not know DIRECTORY_PART', instead: noParts } },
    run: async (store) => {
      const a = await store.connect();
      await a.write('/c/leaf', '');
      expect(await a.ask(T.DIRECTORY_PART, '/c/leaf\x000\0')).toMatch(/^[0-9]+\0\0$/);
      expect(await a.ask(T.DIRECTORY_PART, '/c/none\x000\0')).toBe('ENOENT');
      for (const payload of ['/c\0', '/c\x000\x000\0', '/c\x000']) {
        expect(await a.ask(T.DIRECTORY_PART, payload), payload).toBe('EINVAL');
      }
    },
  },
  {
    name: 'the generation of DIRECTORY_PART counts what happens to the node, not below it',
    differs: { oxenstored: { why: 'ENOSYS: it does not know DIRECTORY_PART', instead: noParts } },
    run: async (store) => {
      const a = await store.connect();
      await a.write('/c/k/l', '');
      const generation = async () => (await a.ask(T.DIRECTORY_PART, '/c\x000\0')).split('\0')[0];
      const first = await generation();
      await a.write('/c/k', 'new');
      await a.write('/c/k/m', '');
      expect(await generation()).toBe(first);
      await a.write('/c/n', '');
      const second = await generation();
      expect(second).not.toBe(first);
      await a.setPermissions('/c', 'r0');
      expect(await generation()).not.toBe(second);
    },
  },
];

function longPaths(limit: number): StoreCase['run'] {
  return async (store) => {
    const a = await store.connect();
    const long = `/${'x'.repeat(limit - 1)}`;
    expect(await a.read(long)).toBe('ENOENT');
    expect(await a.read(`${long}x`)).toBe('EINVAL');
    expect(await a.write(long, '1')).toBe(OK);
    expect(await a.read(long)).toBe('1');
    const inHome = `/local/domain/12345/${'x'.repeat(limit)}`;
    expect(await a.read(inHome)).toBe('ENOENT');
    expect(await a.read(`${inHome}x`)).toBe('EINVAL');
  };
}

async function noParts(store: StoreUnderTest): Promise<void> {
  const a = await store.connect();
  expect(await a.ask(T.DIRECTORY_PART, '/tool\x000\0')).toBe('ENOSYS');
}
