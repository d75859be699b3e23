import { expect } from 'vitest';
import type { StoreCase } from '../case.js';
import type { StoreUnderTest } from '../store-under-test.js';
import { home, make, names, newGuest, OK, T, writeAll } from './helpers.js';

const otherQuotas = 'other figures, and EQUOTA, which no client knows';

/** How many of the answers, from the first on, were OK; all after those must be `error`. */
function granted(answers: readonly string[], error: string): number {
  const first = answers.indexOf(error);
  expect(answers.slice(first).every((answer) => answer === error)).toBe(true);
  return first;
}

export const quotaCases: readonly StoreCase[] = [
  {
    name: 'a guest may own 1000 nodes, its home and directories counted',
    differs: { oxenstored: { why: otherQuotas } },
    run: async (store) => {
      const dom0 = await store.connect();
      const guest = await newGuest(store, dom0, 5);
      const paths = names(1010).map((name, i) => `d${Math.floor(i / 200)}/${name}`);
      expect(granted(await writeAll(guest, paths), 'ENOSPC')).toBe(994);
      expect(await guest.mkdir('more')).toBe('ENOSPC');
      expect(await guest.write('d0/n0000', 'still writable')).toBe(OK);
      await guest.rm('d0');
      expect(await guest.write('more', '')).toBe(OK);
      expect(await dom0.ask(T.CONTROL, 'check\0')).toBe(OK);
    },
  },
  {
    name: 'nodes that domain 0 gives to a guest count for the guest, those of domain 0 for nobody',
    differs: { oxenstored: { why: otherQuotas } },
    run: async (store) => {
      const dom0 = await store.connect();
      const guest = await newGuest(store, dom0, 5);
      const paths = names(1100).map((name, i) => `/c/${Math.floor(i / 200)}/${name}`);
      expect(new Set(await writeAll(dom0, paths))).toEqual(new Set([OK]));
      for (const path of paths.slice(0, 998)) await dom0.setPermissions(path, 'n5');
      expect(await guest.write('one', '')).toBe(OK);
      expect(await guest.write('two', '')).toBe('ENOSPC');
      await dom0.setPermissions(paths[0] ?? '', 'n0');
      expect(await guest.write('two', '')).toBe(OK);
    },
  },
  {
    name: 'a node of a guest: 24 bytes, 8 for each permission, value and names of children, below 2048',
    differs: { oxenstored: { why: otherQuotas } },
    run: async (store) => {
      const dom0 = await store.connect();
      const guest = await newGuest(store, dom0, 5);
      expect(await guest.write('v', 'x'.repeat(2015))).toBe(OK);
      expect(await guest.write('v', 'x'.repeat(2016))).toBe('ENOSPC');
      expect(await guest.write('new', 'x'.repeat(2016))).toBe('ENOSPC');
      expect(await guest.setPermissions('v', 'n5', 'r0')).toBe('ENOSPC');
      expect(await guest.write('v', 'x'.repeat(2007))).toBe(OK);
      expect(await guest.setPermissions('v', 'n5', 'r0')).toBe(OK);
      expect((await guest.read('v')).length).toBe(2007);
      await guest.mkdir('dir');
      const children = names(410, 4).map((name) => `dir/${name}`);
      expect(granted(await writeAll(guest, children), 'ENOSPC')).toBe(403);
      expect(await dom0.write(`${home(5)}/v`, 'x'.repeat(4000))).toBe(OK);
    },
  },
  {
    name: 'a guest may set five permissions',
    differs: { oxenstored: { why: 'has no such quota' } },
    run: async (store) => {
      const dom0 = await store.connect();
      const guest = await newGuest(store, dom0, 5);
      await guest.write('x', '');
      expect(await guest.setPermissions('x', 'n5', 'r1', 'r2', 'r3', 'r4')).toBe(OK);
      expect(await guest.setPermissions('x', 'n5', 'r1', 'r2', 'r3', 'r4', 'r6')).toBe('ENOSPC');
      const more = ['r1', 'r2', 'r3', 'r4', 'r6', 'r7'];
      expect(await dom0.setPermissions(`${home(5)}/x`, 'n5', ...more)).toBe(OK);
    },
  },
  {
    name: 'a guest may have 128 watches, and one for good measure',
    differs: { oxenstored: { why: otherQuotas } },
    run: async (store) => {
      const dom0 = await store.connect();
      const guest = await newGuest(store, dom0, 5);
      const tokens = names(140);
      const watches = await Promise.all(tokens.map((token) => guest.watch('x', token)));
      expect(granted(watches, 'E2BIG')).toBe(129);
      expect(await guest.unwatch('x', 'n0000')).toBe(OK);
      expect(await guest.watch('x', 'again')).toBe(OK);
      expect(await guest.watch('x', 'more')).toBe('E2BIG');
      const many = await Promise.all(tokens.map((token) => dom0.watch('x', token)));
      expect(new Set(many)).toEqual(new Set([OK]));
    },
  },
  {
    name: 'a guest may have 10 transactions, and one for good measure',
    differs: { oxenstored: { why: otherQuotas } },
    run: async (store) => {
      const dom0 = await store.connect();
      const guest = await newGuest(store, dom0, 5);
      const started: string[] = [];
      for (let i = 0; i < 13; i++) started.push(await guest.ask(T.TRANSACTION_START, '\0'));
      expect(granted(started, 'ENOSPC')).toBe(11);
      expect(await guest.end(Number.parseInt(started[0] ?? '', 10))).toBe(OK);
      expect(await guest.start()).toBeGreaterThan(0);
    },
  },
  {
    name: 'a transaction that would own too many nodes is told at once, and cannot be committed',
    differs: {
      xenstored: {
        why: 'counts at the commit only, and there allows one less',
        instead: async (store) => {
          const { guest, dom0, tx } = await inTightTransaction(store);
          expect(await guest.write('/q/b', '', tx)).toBe(OK);
          expect(await guest.write('/q/c', '', tx)).toBe(OK);
          expect(await guest.end(tx)).toBe('ENOSPC');
          expect(await dom0.list('/q')).toBe('');
        },
      },
      oxenstored: { why: otherQuotas },
    },
    run: async (store) => {
      const { guest, dom0, tx } = await inTightTransaction(store);
      expect(await guest.write('/q/b', '', tx)).toBe(OK);
      expect(await guest.write('/q/c', '', tx)).toBe('ENOSPC');
      expect(await guest.end(tx)).toBe('ENOMEM');
      expect(await dom0.list('/q')).toBe('');
    },
  },
  {
    name: 'a guest may look at about 1024 nodes in a transaction; with more it cannot be committed',
    differs: { oxenstored: { why: 'counts requests' } },
    run: async (store) => {
      const dom0 = await store.connect();
      const guest = await newGuest(store, dom0, 5);
      const tx = await guest.start();
      const answers = await Promise.all(names(1100).map((name) => guest.read(name, tx)));
      const granted = answers.filter((answer) => answer === 'ENOENT').length;
      // C counts the directories that it looked at on the way.
      expect(granted).toBeGreaterThan(1000);
      expect(granted).toBeLessThanOrEqual(1024);
      expect(answers.slice(granted).every((answer) => answer === 'ENOSPC')).toBe(true);
      expect(await guest.write('x', '', tx)).toBe('ENOSPC');
      expect(await guest.end(tx)).toBe('ENOMEM');
      expect(await guest.write('x', '')).toBe(OK);
    },
  },
];

/** A guest that may own three nodes has its home, and one more in an open transaction. */
async function inTightTransaction(store: StoreUnderTest) {
  const dom0 = await store.connect();
  const guest = await newGuest(store, dom0, 5);
  await make(dom0, '/q', '', 'b0');
  expect(await dom0.ask(T.CONTROL, 'quota\0set\0nodes\x003\0')).toBe(OK);
  const tx = await guest.start();
  expect(await guest.write('/q/a', '', tx)).toBe(OK);
  return { guest, dom0, tx };
}
