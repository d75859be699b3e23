import { describe, expect, test } from 'vitest';
import type { StoreCase } from './case.js';
import { storeCases } from './cases/index.js';
import type { RawClient } from './raw-client.js';
import type { Kind, StoreUnderTest } from './store-under-test.js';

/** An answer that does not come is a failure, long before the run is given up. */
const CASE_LIMIT_MS = 20_000;

/** Holds a store to all that is asked of one. Each case gets a store that nobody used before. */
export function contract(title: string, kind: Kind, open: () => Promise<StoreUnderTest>): void {
  const check = async (run: StoreCase['run']) => {
    const clients: RawClient[] = [];
    const keep = (client: RawClient) => {
      clients.push(client);
      return client;
    };
    const store = await open();
    try {
      await run({
        ...store,
        connect: async () => keep(await store.connect()),
        guest: async (domid) => keep(await store.guest(domid)),
      });
    } finally {
      for (const client of clients) client.transport.destroy();
      await store.close();
    }
  };
  describe(title, () => {
    for (const { name, run, differs } of storeCases) {
      const difference = kind === 'ours' ? undefined : differs?.[kind];
      if (difference === undefined) {
        test(name, { timeout: CASE_LIMIT_MS }, () => check(run));
      } else if (difference.instead !== undefined) {
        const { why, instead } = difference;
        test(`${name} — ${kind}: ${why}`, { timeout: CASE_LIMIT_MS }, () => check(instead));
      } else if (difference.cannotRun === true) {
        console.warn(`not run on ${kind}: ${name} — ${difference.why}`);
      } else {
        const { why } = difference;
        test(`${name} — not so on ${kind}: ${why}`, { timeout: CASE_LIMIT_MS }, () =>
          expect(check(run)).rejects.toMatchObject({ name: 'AssertionError' }),
        );
      }
    }
  });
}
