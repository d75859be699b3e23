import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isLooping, type RestartLimits } from '../../src/domain/index.js';

const limits: fc.Arbitrary<RestartLimits> = fc.record({
  restarts: fc.integer({ min: 1, max: 10 }),
  windowMs: fc.integer({ min: 1, max: 100_000 }),
});

test('a domain that stops again and again is restarted as often as is allowed, and not more', () => {
  fc.assert(
    fc.property(limits, fc.integer({ min: 0, max: 1000 }), (allowed, livesMs) => {
      const restartedAt: number[] = [];
      let now = 0;
      for (let stop = 0; stop < 50; stop += 1) {
        now += livesMs;
        if (isLooping(restartedAt, now, allowed)) break;
        restartedAt.push(now);
      }
      const fitsInWindow = livesMs * allowed.restarts < allowed.windowMs;
      expect(restartedAt.length).toBe(fitsInWindow ? allowed.restarts : 50);
    }),
  );
});

test('what lies behind the window, in whatever order it is told, changes nothing', () => {
  const times = fc.array(fc.integer({ min: 0, max: 1_000_000 }), { maxLength: 20 });
  fc.assert(
    fc.property(limits, times, fc.nat(1_000_000), (allowed, restartedAt, stoppedAt) => {
      const verdict = isLooping(restartedAt, stoppedAt, allowed);
      const old = restartedAt.map((at) => stoppedAt - allowed.windowMs - at);
      expect(isLooping([...old, ...restartedAt].reverse(), stoppedAt, allowed)).toBe(verdict);
      const inWindow = restartedAt.filter(
        (at) => stoppedAt - at < allowed.windowMs && at <= stoppedAt,
      );
      expect(verdict).toBe(inWindow.length >= allowed.restarts);
    }),
  );
});
