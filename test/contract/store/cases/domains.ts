import { expect } from 'vitest';
import type { StoreCase } from '../case.js';
import { home, make, newGuest, OK, T, watcherOf } from './helpers.js';

export const domainCases: readonly StoreCase[] = [
  {
    name: 'GET_DOMAIN_PATH reads numbers as atoi does',
    differs: { oxenstored: { why: 'takes -1 for 1' } },
    run: async (store) => {
      const a = await store.connect();
      const path = (text: string) => a.ask(T.GET_DOMAIN_PATH, `${text}\0`);
      expect(await path('7')).toBe('/local/domain/7\0');
      expect(await path('abc')).toBe('/local/domain/0\0');
      expect(await path('-1')).toBe('/local/domain/4294967295\0');
    },
  },
  {
    name: 'IS_DOMAIN_INTRODUCED',
    run: async (store) => {
      const a = await store.connect();
      const introduced = (text: string) => a.ask(T.IS_DOMAIN_INTRODUCED, `${text}\0`);
      expect(await introduced('0')).toBe('T\0');
      expect(await introduced('5')).toBe('F\0');
      await newGuest(store, a, 5);
      expect(await introduced('5')).toBe('T\0');
      await a.ask(T.RELEASE, '5\0');
      expect(await introduced('5')).toBe('F\0');
    },
  },
  {
    name: 'a domain that asks for itself by DOMID_SELF is introduced',
    run: async (store) => {
      const a = await store.connect();
      expect(await a.ask(T.IS_DOMAIN_INTRODUCED, '32752\0')).toBe('T\0');
    },
  },
  {
    name: 'RELEASE, RESUME and SET_TARGET of unknown domains',
    differs: { oxenstored: { why: 'EINVAL for RELEASE and RESUME' } },
    run: async (store) => {
      const a = await store.connect();
      expect(await a.ask(T.RELEASE, '9999\0')).toBe('ENOENT');
      expect(await a.ask(T.RELEASE, '0\0')).toBe('EINVAL');
      expect(await a.ask(T.RESUME, '9999\0')).toBe('ENOENT');
      expect(await a.ask(T.SET_TARGET, '9998\x009999\0')).toBe('ENOENT');
    },
  },
  {
    name: 'INTRODUCE with too little, without a port, of a domain that does not exist',
    differs: { oxenstored: { why: 'takes port 0' } },
    run: async (store) => {
      const a = await store.connect();
      store.setDomainState(5, 'running');
      expect(await a.ask(T.INTRODUCE, '5\0')).toBe('EINVAL');
      expect(await a.ask(T.INTRODUCE, '5\x001\0')).toBe('EINVAL');
      expect(await a.ask(T.INTRODUCE, '5\x001\x000\0')).toBe('EINVAL');
      expect(await a.introduce(6)).toBe('EINVAL');
      expect(await a.ask(T.IS_DOMAIN_INTRODUCED, '5\0')).toBe('F\0');
    },
  },
  {
    name: 'INTRODUCE fires, and the domain can speak',
    run: async (store) => {
      const a = await store.connect();
      const b = await watcherOf(store, '@introduceDomain', '@releaseDomain');
      const guest = await newGuest(store, a, 5);
      expect(await b.events()).toEqual(['@introduceDomain t']);
      expect(await guest.write('x', '1')).toBe(OK);
      expect(await a.read(`${home(5)}/x`)).toBe('1');
    },
  },
  {
    name: 'INTRODUCE again is no event, but the domain starts anew: no watches, no transactions',
    differs: {
      oxenstored: {
        why: 'its watches and transactions live on',
        instead: async (store) => {
          const a = await store.connect();
          const guest = await newGuest(store, a, 5);
          await guest.watch('x', 't');
          const tx = await guest.start();
          await guest.events();
          expect(await a.introduce(5)).toBe(OK);
          await guest.closed();
          const again = await store.guest(5);
          expect(await again.end(tx)).toBe(OK);
          await a.write(`${home(5)}/x`, '1');
          expect(await again.events()).toEqual(['x t']);
        },
      },
    },
    run: async (store) => {
      const [a, b] = [await store.connect(), await store.connect()];
      const guest = await newGuest(store, a, 5);
      await guest.watch('x', 't');
      const tx = await guest.start();
      await guest.write('y', 'kept');
      await b.watch('@introduceDomain', 't');
      await Promise.all([b.events(), guest.events()]);
      expect(await a.introduce(5)).toBe(OK);
      expect(await b.events()).toEqual([]);
      await guest.closed();
      const again = await store.guest(5);
      expect(await again.end(tx)).toBe('ENOENT');
      await a.write(`${home(5)}/x`, '1');
      expect(await again.events()).toEqual([]);
      expect(await again.read('y')).toBe('kept');
    },
  },
  {
    name: 'RELEASE removes what the domain owns wherever that is, and fires',
    differs: { oxenstored: { why: 'a second RELEASE is EINVAL' } },
    run: async (store) => {
      const a = await store.connect();
      const guest = await newGuest(store, a, 5);
      await guest.write('data/x', '1');
      await make(a, `${home(5)}/of0`, '', 'n0');
      await make(a, '/elsewhere/of5', '', 'n5');
      await make(a, '/elsewhere/of5/of0', '', 'n0');
      await make(a, '/elsewhere/of0', '');
      const b = await watcherOf(store, '@releaseDomain');
      expect(await a.ask(T.RELEASE, '5\0')).toBe(OK);
      expect(await b.events()).toEqual(['@releaseDomain t']);
      expect(await a.read(home(5))).toBe('ENOENT');
      expect(await a.list('/elsewhere')).toBe('of0\0');
      expect(await a.ask(T.RELEASE, '5\0')).toBe('ENOENT');
      expect(await a.ask(T.CONTROL, 'check\0')).toBe(OK);
    },
  },
  {
    name: 'RELEASE ends the connection of the domain',
    differs: {
      oxenstored: { why: 'forgets the domain, but does not let go of its ring', cannotRun: true },
    },
    run: async (store) => {
      const a = await store.connect();
      const guest = await newGuest(store, a, 5);
      expect(await a.ask(T.RELEASE, '5\0')).toBe(OK);
      await guest.closed();
    },
  },
  {
    name: 'what RELEASE removes is told to those who watch it, and then that it was released',
    differs: { oxenstored: { why: 'tells of the release only' } },
    run: async (store) => {
      const [a, b] = [await store.connect(), await store.connect()];
      const guest = await newGuest(store, a, 5);
      await guest.write('data/x', '1');
      await b.watch('/local/domain', 'home');
      await b.watch('@releaseDomain', 't');
      await b.events();
      expect(await a.ask(T.RELEASE, '5\0')).toBe(OK);
      expect(await b.events()).toEqual([`${home(5)} home`, '@releaseDomain t']);
    },
  },
  {
    name: 'a shutdown is told once until RESUME',
    differs: { oxenstored: { why: 'tells of it again and again' } },
    run: async (store) => {
      const a = await store.connect();
      const guest = await newGuest(store, a, 5);
      const b = await watcherOf(store, '@releaseDomain');
      for (const expected of [['@releaseDomain t'], []]) {
        store.setDomainState(5, 'shutdown');
        await store.domainsChanged();
        expect(await b.events()).toEqual(expected);
      }
      expect(await guest.read(home(5))).toBe('');
      expect(await a.ask(T.RESUME, '5\0')).toBe(OK);
      await store.domainsChanged();
      expect(await b.events()).toEqual(['@releaseDomain t']);
    },
  },
  {
    name: 'a crash is told as a shutdown is',
    run: async (store) => {
      const a = await store.connect();
      await newGuest(store, a, 5);
      await newGuest(store, a, 6);
      const b = await watcherOf(store, '@releaseDomain');
      store.setDomainState(5, 'crashed');
      await store.domainsChanged();
      expect(await b.events()).toEqual(['@releaseDomain t']);
      expect(await a.ask(T.IS_DOMAIN_INTRODUCED, '5\0')).toBe('T\0');
    },
  },
  {
    name: 'a domain that is dying or gone is told of, and nothing of it stays',
    run: async (store) => {
      const a = await store.connect();
      await newGuest(store, a, 5);
      await newGuest(store, a, 6);
      const b = await watcherOf(store, '@releaseDomain');
      for (const [domid, state] of [
        [5, 'dying'],
        [6, 'absent'],
      ] as const) {
        store.setDomainState(domid, state);
        await store.domainsChanged();
        expect(await b.events()).toEqual(['@releaseDomain t']);
        expect(await a.ask(T.IS_DOMAIN_INTRODUCED, `${domid}\0`)).toBe('F\0');
        expect(await a.read(home(domid))).toBe('ENOENT');
      }
    },
  },
  {
    name: 'the connection of a domain ends with it',
    run: async (store) => {
      const a = await store.connect();
      const guest = await newGuest(store, a, 5);
      store.setDomainState(5, 'dying');
      await store.domainsChanged();
      await guest.closed();
    },
  },
  {
    name: 'entries for a domain that went stay listed and do not serve the next of its number',
    differs: { oxenstored: { why: 'strikes them from the lists' } },
    run: async (store) => {
      const a = await store.connect();
      await newGuest(store, a, 5);
      await make(a, '/x', 'secret', 'n0', 'r5');
      expect(await a.ask(T.RELEASE, '5\0')).toBe(OK);
      store.setDomainState(5, 'absent');
      await store.domainsChanged();
      const successor = await newGuest(store, a, 5);
      expect(await a.getPermissions('/x')).toBe('n0\0r5\0');
      expect(await successor.read('/x')).toBe('EACCES');
      await a.write('/x', 'changed');
      await a.write('/x/child', 'inherits');
      expect(await successor.read('/x')).toBe('EACCES');
      expect(await successor.read('/x/child')).toBe('EACCES');
    },
  },
];
