import { expect } from 'vitest';
import { encodeFrames } from '../../../../src/xenstore/wire.js';
import type { StoreCase } from '../case.js';
import { names, newGuest, OK, T } from './helpers.js';

const needsOneString = [T.READ, T.DIRECTORY, T.GET_PERMS, T.MKDIR, T.RM];

export const requestCases: readonly StoreCase[] = [
  {
    name: 'request and transaction id come back, also with an error',
    run: async (store) => {
      const a = await store.connect();
      const tx = await a.start();
      const reply = await a.frame(T.READ, '/c/none\0', tx);
      expect([reply.type, reply.transactionId, reply.payload.toString()]).toEqual([
        T.ERROR,
        tx,
        'ENOENT\0',
      ]);
      const done = await a.frame(T.TRANSACTION_END, 'T\0', tx);
      expect([done.type, done.transactionId, done.payload.toString()]).toEqual([
        T.TRANSACTION_END,
        tx,
        OK,
      ]);
    },
  },
  {
    name: 'an unknown transaction is ENOENT, whatever is asked',
    differs: { oxenstored: { why: 'says EIO, which xenstore.txt does not know of' } },
    run: async (store) => {
      const a = await store.connect();
      for (const type of [T.READ, T.WRITE, T.GET_DOMAIN_PATH, T.CONTROL, T.TRANSACTION_END]) {
        expect(await a.ask(type, 'T\0', 77), `type ${type}`).toBe('ENOENT');
      }
      expect(await a.read('no path at all', 77)).toBe('ENOENT');
    },
  },
  {
    name: 'WATCH and UNWATCH do not look at the transaction, and echo it',
    differs: { oxenstored: { why: 'echoes 0 instead' } },
    run: async (store) => {
      const a = await store.connect();
      for (const type of [T.WATCH, T.UNWATCH]) {
        const reply = await a.frame(type, '/c\0t\0', 78);
        expect([reply.type, reply.transactionId, reply.payload.toString()]).toEqual([type, 78, OK]);
      }
    },
  },
  {
    name: 'what it does not know is ENOSYS, and so is RESTRICT',
    run: async (store) => {
      const a = await store.connect();
      for (const type of [15, 16, 20, 23, 127, 999, 0xffff_ffff]) {
        expect(await a.ask(type, '/\0'), `type ${type}`).toBe('ENOSYS');
      }
    },
  },
  {
    name: 'an empty payload is answered like any other',
    differs: {
      oxenstored: { why: 'it waits for bytes that never come, and so do we', cannotRun: true },
    },
    run: async (store) => {
      const a = await store.connect();
      expect(await a.ask(999, '')).toBe('ENOSYS');
      expect(await a.ask(T.WRITE, '')).toBe('EINVAL');
      expect(await a.ask(T.TRANSACTION_START, '')).toMatch(/^[0-9]+\0$/);
      expect(await a.ask(T.RESET_WATCHES, '')).toBe(OK);
    },
  },
  {
    name: 'a path needs exactly one NUL, at its end',
    differs: {
      xenstored: { why: 'a bug: 4.17 answers with whatever error was left over from before' },
    },
    run: async (store) => {
      const a = await store.connect();
      for (const type of needsOneString) {
        for (const payload of ['/tool', '/tool\0/tool\0', '/tool\0\0']) {
          expect(await a.ask(type, payload), `${type} ${payload}`).toBe('EINVAL');
        }
      }
    },
  },
  {
    name: 'and an empty payload is no path either',
    differs: {
      xenstored: { why: 'the same bug' },
      oxenstored: { why: 'it never answers an empty payload', cannotRun: true },
    },
    run: async (store) => {
      const a = await store.connect();
      await a.read('/none');
      for (const type of needsOneString) expect(await a.ask(type, ''), `${type}`).toBe('EINVAL');
    },
  },
  {
    name: 'the privilege is asked for before the transaction, and that before the arguments',
    differs: { oxenstored: { why: 'EIO for an unknown transaction' } },
    run: async (store) => {
      const a = await store.connect();
      const guest = await newGuest(store, a, 5);
      expect(await guest.ask(T.CONTROL, 'check\0', 99)).toBe('EACCES');
      expect(await guest.ask(T.READ, '/bad path\0', 99)).toBe('ENOENT');
      expect(await guest.ask(999, '\0', 99)).toBe('ENOSYS');
    },
  },
  {
    name: 'requests sent in one go are answered in order, each with its own answer',
    run: async (store) => {
      const a = await store.connect();
      const paths = names(200).map((name) => `/c/${name}`);
      const asked = paths.flatMap((path, i) => [
        a.write(path, `v${i}`),
        a.read(path),
        a.read(`${path}/none`),
        a.rm(path),
      ]);
      const answers = await Promise.all(asked);
      expect(answers).toEqual(paths.flatMap((_, i) => [OK, `v${i}`, 'ENOENT', OK]));
      expect(a.received).toEqual(
        paths.flatMap((_, i) => ['WRITE OK', `READ v${i}`, 'ERROR ENOENT', 'RM OK']),
      );
    },
  },
  {
    name: 'guests pipeline over their ring as well, with more than it holds',
    run: async (store) => {
      const dom0 = await store.connect();
      const guest = await newGuest(store, dom0, 5);
      const value = 'x'.repeat(900);
      const asked = names(50).flatMap((name) => [guest.write(name, value), guest.read(name)]);
      expect(await Promise.all(asked)).toEqual(names(50).flatMap(() => [OK, value]));
    },
  },
  {
    name: 'a payload of exactly 4096 bytes is taken',
    differs: { oxenstored: { why: 'its entry size quota of 2048 binds domain 0 as well' } },
    run: async (store) => {
      const a = await store.connect();
      const value = 'x'.repeat(4096 - '/c/v\0'.length);
      expect(await a.write('/c/v', value)).toBe(OK);
      expect(await a.read('/c/v')).toBe(value);
    },
  },
  {
    name: 'a payload of more than 4096 bytes ends that connection and no other, at its header',
    differs: { oxenstored: { why: 'it has no limit, and waits for the payload', cannotRun: true } },
    run: async (store) => {
      const [a, b] = [await store.connect(), await store.connect()];
      const payload = `/tool\0${'x'.repeat(4091)}`;
      const frame = { type: T.WRITE, requestId: 1, transactionId: 0, payload };
      a.transport.write(encodeFrames([frame]).subarray(0, 16));
      await a.closed();
      expect(a.received.filter((line) => !line.startsWith('BROKEN'))).toEqual([]);
      expect(await b.list('/')).toContain('tool\0');
    },
  },
  {
    name: 'frames may come in single bytes',
    run: async (store) => {
      const a = await store.connect();
      await a.write('/c/bytes', 'whole');
      const [payload, requestId] = ['/c/bytes\0', 0xfedc];
      const frame = { type: T.READ, requestId, transactionId: 0, payload };
      a.received.splice(0);
      for (const byte of encodeFrames([frame])) {
        a.transport.write(Uint8Array.of(byte));
        await new Promise((resolve) => setImmediate(resolve));
      }
      await a.ask(T.GET_DOMAIN_PATH, '0\0');
      expect(a.received[0]).toBe('READ whole');
    },
  },
  {
    name: 'who leaves in the middle of a request disturbs nobody',
    run: async (store) => {
      const [a, b] = [await store.connect(), await store.connect()];
      const frame = { type: T.WRITE, requestId: 1, transactionId: 0, payload: '/c/half\0x' };
      a.transport.write(encodeFrames([frame]).subarray(0, 20));
      await a.close();
      expect(await b.write('/c/x', '1')).toBe(OK);
      expect(await b.read('/c/half')).toBe('ENOENT');
    },
  },
  {
    name: 'a closed connection hears nothing and its transaction never was',
    run: async (store) => {
      const [a, b] = [await store.connect(), await store.connect()];
      await a.watch('/c', 't');
      const tx = await a.start();
      await a.write('/c/never', '', tx);
      await a.close();
      expect(await b.write('/c/x', '1')).toBe(OK);
      expect(await b.read('/c/never')).toBe('ENOENT');
    },
  },
];
