import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PrecopyRound } from '../../src/hypervisor/hypervisor.js';
import { assess, type PrecopyPolicy } from '../../src/migration/convergence.js';

const policies: fc.Arbitrary<PrecopyPolicy> = fc.record({
  maxDowntimeMs: fc.integer({ min: 1, max: 10_000 }),
  maxRounds: fc.integer({ min: 1, max: 40 }),
});
const pages = fc.nat({ max: 2 ** 22 });
const rounds: fc.Arbitrary<PrecopyRound[]> = fc
  .array(
    fc.record({
      sentPages: pages,
      dirtyPages: pages,
      durationMs: fc.double({ min: 0, max: 1e6, noNaN: true }),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((list) => list.map((round, index) => ({ ...round, round: index })));

/** What happens to a guest whose dirty pages in each round are given, up to the decision to stop. */
function roundsUntilStop(all: readonly PrecopyRound[], policy: PrecopyPolicy): number {
  const index = all.findIndex(
    (_, last) => assess(all.slice(0, last + 1), policy).decision !== 'continue',
  );
  return index === -1 ? all.length + 1 : index + 1;
}

test('pre-copy never takes more rounds than it may', () => {
  fc.assert(
    fc.property(rounds, policies, (all, policy) => {
      fc.pre(all.length >= policy.maxRounds);
      expect(roundsUntilStop(all, policy)).toBeLessThanOrEqual(policy.maxRounds);
    }),
  );
});

test('it never goes on when the rest could be sent in the allowed downtime', () => {
  fc.assert(
    fc.property(rounds, policies, (all, policy) => {
      const { decision, predictedDowntimeMs } = assess(all, policy);
      if (predictedDowntimeMs <= policy.maxDowntimeMs) expect(decision).toBe('stop-and-copy');
    }),
  );
});

test('it never goes on for a handful of pages', () => {
  fc.assert(
    fc.property(rounds, policies, (all, policy) => {
      const last = all.at(-1);
      if (last === undefined) throw new Error('there is always a round');
      const quiet = [...all.slice(0, -1), { ...last, dirtyPages: 50 }];
      expect(assess(quiet, policy).decision).toBe('stop-and-copy');
    }),
  );
});

test('rates and the predicted downtime are numbers that people can be shown', () => {
  fc.assert(
    fc.property(rounds, policies, (all, policy) => {
      const { sendRate, dirtyRate, predictedDowntimeMs } = assess(all, policy);
      for (const figure of [sendRate, dirtyRate, predictedDowntimeMs]) {
        expect(Number.isFinite(figure)).toBe(true);
        expect(figure).toBeGreaterThanOrEqual(0);
      }
    }),
  );
});

test('as long as the rest halves with every round and is too much, it goes on', () => {
  const policy = { maxDowntimeMs: 10, maxRounds: 30 };
  const halving = Array.from({ length: 12 }, (_, round) => {
    const sentPages = 2 ** (20 - round);
    // A thousand pages a second: a hundred pages are ten times the allowed downtime.
    return { round, sentPages, dirtyPages: sentPages / 2, durationMs: sentPages };
  });
  expect(roundsUntilStop(halving, policy)).toBeGreaterThan(halving.length);
});

test('a guest that writes as fast as we send is given up after a few rounds', () => {
  const policy = { maxDowntimeMs: 10, maxRounds: 30 };
  const busy = Array.from({ length: 30 }, (_, round) => {
    return { round, sentPages: 10_000, dirtyPages: 10_000, durationMs: 1000 };
  });
  expect(roundsUntilStop(busy, policy)).toBe(4);
});

test('a round that had nothing to send does not make the rest look free', () => {
  const policy = { maxDowntimeMs: 10, maxRounds: 30 };
  const all = [
    { round: 0, sentPages: 1000, dirtyPages: 0, durationMs: 1000 },
    { round: 1, sentPages: 0, dirtyPages: 500, durationMs: 1000 },
  ];
  const { decision, predictedDowntimeMs } = assess(all, policy);
  expect(decision).toBe('continue');
  expect(predictedDowntimeMs).toBe(500);
});
