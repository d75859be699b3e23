import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { growingWaits } from '../../src/xenstore/backoff.js';
import { fateOf } from '../../src/xenstore/fate.js';
import { MessageType } from '../../src/xenstore/wire.js';

const types = Object.keys(MessageType) as (keyof typeof MessageType)[];

function namesWithFate(fate: string, transactionId: number): string[] {
  return types.filter((name) => fateOf({ type: MessageType[name], transactionId }) === fate).sort();
}

describe('of the requests that were in flight when the connection was lost', () => {
  test('those that only read are repeated, and watches, which are of a connection', () => {
    expect(namesWithFate('repeat', 0)).toEqual([
      'DIRECTORY',
      'DIRECTORY_PART',
      'GET_DOMAIN_PATH',
      'GET_PERMS',
      'IS_DOMAIN_INTRODUCED',
      'READ',
      'WATCH',
    ]);
  });

  test('those about what ends with a connection had no effect', () => {
    expect(namesWithFate('void', 0)).toEqual(['RESET_WATCHES', 'TRANSACTION_START', 'UNWATCH']);
  });

  test('of a transaction none had an effect, unless it was the commit', () => {
    expect(namesWithFate('void', 7)).toEqual(
      types.filter((name) => name !== 'TRANSACTION_END').sort(),
    );
    expect(namesWithFate('unknown', 7)).toEqual(['TRANSACTION_END']);
  });
});

test('waits grow up to the longest, each by chance within its upper half', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 1, max: 10_000 }),
      fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { maxLength: 20 }),
      (firstMs, longestMs, chances) => {
        const left = [...chances];
        const waits = growingWaits(firstMs, longestMs, () => left.shift() ?? 0);
        for (let i = 0; i < chances.length; i++) {
          const rangeMs = Math.min(firstMs * 2 ** i, longestMs);
          const waitMs = waits.next().value;
          expect(waitMs).toBeGreaterThan(rangeMs / 2 - 1e-6);
          expect(waitMs).toBeLessThanOrEqual(rangeMs);
        }
      },
    ),
  );
});
