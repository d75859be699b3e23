import { expect } from 'vitest';
import type { StoreCase } from '../case.js';
import type { RawClient } from '../raw-client.js';
import { newGuest, OK, T } from './helpers.js';

const knowsLittle = 'knows few commands, and answers OK to those it does not know';

function control(client: RawClient, ...words: string[]): Promise<string> {
  return client.ask(T.CONTROL, words.map((word) => `${word}\0`).join(''));
}

export const controlCases: readonly StoreCase[] = [
  {
    name: 'CONTROL help and check',
    differs: { oxenstored: { why: knowsLittle } },
    run: async (store) => {
      const a = await store.connect();
      const help = await control(a, 'help');
      expect(help).toMatch(/^check\t.*help\t.*\n\0$/s);
      for (const command of ['check', 'log', 'memreport', 'print', 'quota', 'help']) {
        expect(help).toMatch(new RegExp(`(^|\n)${command}\t`));
      }
      expect(await control(a, 'check')).toBe(OK);
    },
  },
  {
    name: 'CONTROL that is not known, or has no NUL',
    differs: { oxenstored: { why: knowsLittle } },
    run: async (store) => {
      const a = await store.connect();
      for (const wrong of ['help', 'nonsense\0', '\0', 'help\0x\0', 'check\0x\0']) {
        expect(await a.ask(T.CONTROL, wrong), wrong).toBe('EINVAL');
      }
    },
  },
  {
    name: 'CONTROL log and print',
    differs: { oxenstored: { why: knowsLittle } },
    run: async (store) => {
      const a = await store.connect();
      expect(await control(a, 'log', 'on')).toBe(OK);
      expect(await control(a, 'log', 'off')).toBe(OK);
      expect(await control(a, 'log', 'perhaps')).toBe('EINVAL');
      expect(await control(a, 'print', 'hello')).toBe(OK);
      expect(await control(a, 'print')).toBe('EINVAL');
    },
  },
  {
    name: 'CONTROL memreport goes to the log',
    differs: {
      xenstored: { why: 'EINVAL as long as it has no log file; ours always logs' },
    },
    run: async (store) => {
      const a = await store.connect();
      expect(await control(a, 'memreport')).toBe(OK);
    },
  },
  {
    name: 'CONTROL quota shows all quotas, sets one, and tells the usage of a domain',
    differs: { oxenstored: { why: knowsLittle } },
    run: async (store) => {
      const a = await store.connect();
      const table = await control(a, 'quota');
      expect(table).toMatch(/^Quota settings:\nnodes +: +1000 /);
      expect(table).toMatch(/\nwatches +: +128 /);
      expect(table).toMatch(/\ntransactions +: +10 /);
      expect(table).toMatch(/\ntransaction-nodes: +1024 /);
      expect(table).toMatch(/\nnode-size +: +2048 /);
      expect(table).toMatch(/\npermissions +: +5 /);
      expect(await control(a, 'quota', 'set', 'bogus', '1')).toBe('EINVAL');
      expect(await control(a, 'quota', 'set', 'watches', 'many')).toBe('EINVAL');
      expect(await control(a, 'quota', 'set', 'watches')).toBe('EINVAL');
      expect(await control(a, 'quota', 'set', 'watches', '3')).toBe(OK);
      const guest = await newGuest(store, a, 5);
      await guest.watch('x', 't');
      const usage = await control(a, 'quota', '5');
      expect(usage).toMatch(/^Domain 5:\nnodes +: +1\n(.*\n)*watches +: +1\n/);
      expect(await control(a, 'quota', '77')).toBe('ENOENT');
      for (const token of ['u', 'v', 'w']) expect(await guest.watch('x', token)).toBe(OK);
      expect(await guest.watch('x', 'z')).toBe('E2BIG');
    },
  },
];
