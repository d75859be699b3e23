import { expect } from 'vitest';
import type { StoreCase } from '../case.js';
import type { StoreUnderTest } from '../store-under-test.js';
import { home, make, newGuest, OK } from './helpers.js';

export const guestWatchCases: readonly StoreCase[] = [
  {
    name: 'a guest is told of what it may read',
    run: async (store) => {
      const dom0 = await store.connect();
      const guest = await newGuest(store, dom0, 5);
      await make(dom0, '/w/open', '', 'r0');
      await make(dom0, '/w/shut', '', 'n0');
      await guest.watch('/w', 't');
      expect(await guest.events()).toEqual(['/w t']);
      await dom0.write('/w/shut', '1');
      await dom0.write('/w/open', '1');
      expect(await guest.events()).toEqual(['/w/open t']);
    },
  },
  {
    name: 'and of nodes in a directory that it may read, and that it loses the right to read one',
    run: async (store) => {
      const dom0 = await store.connect();
      const guest = await newGuest(store, dom0, 5);
      await make(dom0, '/w', '', 'n0');
      await make(dom0, '/w/open', '', 'r0');
      await make(dom0, '/w/open/shut', '', 'n0');
      await guest.watch('/w', 't');
      await guest.events();
      await dom0.write('/w/open/shut', '1');
      expect(await guest.events(), 'in a readable directory').toEqual(['/w/open/shut t']);
      await dom0.setPermissions('/w/open', 'n0');
      expect(await guest.events(), 'losing the right').toEqual(['/w/open t']);
      await dom0.write('/w/open', '2');
      expect(await guest.events()).toEqual([]);
      await dom0.setPermissions('/w/open', 'r0');
      expect(await guest.events(), 'winning the right').toEqual(['/w/open t']);
    },
  },
  {
    name: 'removals are told to those who could read what was there',
    run: async (store) => {
      const dom0 = await store.connect();
      const guest = await newGuest(store, dom0, 5);
      await make(dom0, '/w/open', '', 'r0');
      await make(dom0, '/w/shut', '', 'n0');
      for (const path of ['/w/open', '/w/shut']) await guest.watch(path, 't');
      await guest.events();
      await dom0.rm('/w/open');
      expect(await guest.events()).toEqual(['/w/open t']);
      await dom0.rm('/w/shut');
      expect(await guest.events()).toEqual([]);
    },
  },
  {
    name: 'a removed subtree: a guest hears of the nodes in it that it could read',
    run: async (store) => {
      const dom0 = await store.connect();
      const guest = await newGuest(store, dom0, 5);
      await make(dom0, '/w', '', 'n0');
      await make(dom0, '/w/a/b', '', 'n0');
      await make(dom0, '/w/a/b/open', '', 'r0');
      await make(dom0, '/w/a/b/shut', '', 'n0');
      for (const path of ['/w/a', '/w/a/b/open', '/w/a/b/shut'])
        await guest.watch(path, path.slice(-4));
      await guest.events();
      await dom0.rm('/w/a');
      expect(await guest.events()).toEqual(['/w/a/b/open open']);
    },
  },
  {
    name: 'a removal is told to those who may read the directory',
    run: async (store) => {
      expect(await removalHeard(store, false)).toEqual(['/w/shut t']);
    },
  },
  {
    name: 'and no less when it is committed',
    differs: { xenstored: { why: 'then only those are told who could read the node itself' } },
    run: async (store) => {
      expect(await removalHeard(store, true)).toEqual(['/w/shut t']);
    },
  },
  {
    name: 'relative watches lie in the home of the guest',
    run: async (store) => {
      const dom0 = await store.connect();
      const guest = await newGuest(store, dom0, 5);
      await guest.watch('data', 't');
      await dom0.write(`${home(5)}/data/x`, '1');
      expect(await guest.events()).toEqual(['data t', 'data/x t']);
    },
  },
  {
    name: 'a commit is told to a guest as far as it may see',
    run: async (store) => {
      const dom0 = await store.connect();
      const guest = await newGuest(store, dom0, 5);
      await make(dom0, '/w', '', 'n0');
      await make(dom0, '/w/open', '', 'r0');
      await guest.watch('/w', 't');
      await guest.events();
      const tx = await dom0.start();
      await dom0.write('/w/shut', '1', tx);
      await dom0.write('/w/open', '1', tx);
      expect(await dom0.end(tx)).toBe(OK);
      expect(await guest.events()).toEqual(['/w/open t']);
    },
  },
  {
    name: 'special watches need a right that only domain 0 can give',
    run: async (store) => {
      const dom0 = await store.connect();
      const guest = await newGuest(store, dom0, 5);
      await guest.watch('@introduceDomain', 't');
      await dom0.watch('@introduceDomain', 't');
      await Promise.all([guest.events(), dom0.events()]);
      await newGuest(store, dom0, 6);
      expect(await dom0.events()).toEqual(['@introduceDomain t']);
      expect(await guest.events()).toEqual([]);
      expect(await dom0.setPermissions('@introduceDomain', 'n0', 'r5')).toBe(OK);
      await newGuest(store, dom0, 7);
      expect(await guest.events()).toEqual(['@introduceDomain t']);
    },
  },
  {
    name: 'who may not give that right, and to which names',
    differs: {
      xenstored: {
        why: 'a bug: it refuses, but with whatever error was left over from before',
        instead: async (store) => {
          const dom0 = await store.connect();
          const guest = await newGuest(store, dom0, 5);
          expect(await guest.setPermissions('@introduceDomain', 'n5')).toMatch(/^E[A-Z]+$/);
          expect(await dom0.setPermissions('@nonsense', 'n0')).toMatch(/^E[A-Z]+$/);
        },
      },
      oxenstored: {
        why: 'a name that is not known is ENOENT',
        instead: async (store) => {
          const dom0 = await store.connect();
          const guest = await newGuest(store, dom0, 5);
          expect(await guest.setPermissions('@introduceDomain', 'n5')).toBe('EACCES');
          expect(await dom0.setPermissions('@nonsense', 'n0')).toBe('ENOENT');
        },
      },
    },
    run: async (store) => {
      const dom0 = await store.connect();
      const guest = await newGuest(store, dom0, 5);
      expect(await guest.setPermissions('@introduceDomain', 'n5')).toBe('EACCES');
      expect(await dom0.setPermissions('@nonsense', 'n0')).toBe('EINVAL');
      expect(await dom0.setPermissions('@releaseDomain', 'n0', 'r5')).toBe(OK);
    },
  },
  {
    name: 'equal events that wait for a guest that does not read are told once',
    differs: { oxenstored: { why: 'keeps them all, and stalls the writer at 1024' } },
    run: async (store) => {
      const dom0 = await store.connect();
      const guest = await newGuest(store, dom0, 5);
      await make(dom0, '/w', '', 'r0');
      await guest.watch('/w', 'x'.repeat(1000));
      await guest.events();
      guest.transport.pause();
      for (let i = 0; i < 1000; i++) await dom0.write('/w', String(i));
      guest.transport.resume();
      const heard = await guest.events();
      expect(heard.length).toBeGreaterThan(0);
      expect(heard.length).toBeLessThan(1000);
    },
  },
];

async function removalHeard(store: StoreUnderTest, inTransaction: boolean): Promise<string[]> {
  const dom0 = await store.connect();
  const guest = await newGuest(store, dom0, 5);
  await make(dom0, '/w', '', 'r0');
  await make(dom0, '/w/shut', '', 'n0');
  await guest.watch('/w', 't');
  await guest.events();
  const tx = inTransaction ? await dom0.start() : 0;
  expect(await dom0.rm('/w/shut', tx)).toBe(OK);
  if (inTransaction) expect(await dom0.end(tx)).toBe(OK);
  return guest.events();
}
