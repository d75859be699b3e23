import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { duration, localTime } from '../../src/render/time.js';

describe('times', () => {
  const zone = process.env.TZ;
  beforeAll(() => {
    process.env.TZ = 'Europe/Berlin';
  });
  afterAll(() => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });

  test('are local, to the second', () => {
    expect(localTime(Date.UTC(2025, 0, 2, 3, 4, 5, 678))).toBe('2025-01-02T04:04:05');
    expect(localTime(Date.UTC(2025, 6, 2, 23, 4, 5))).toBe('2025-07-03T01:04:05');
  });
});

describe('durations', () => {
  test.each([
    [0, '0 ms'],
    [14.4, '14 ms'],
    [999, '999 ms'],
    [1_530, '1.5 s'],
    [59_949, '59.9 s'],
    [59_960, '1m 00s'],
    [125_000, '2m 05s'],
    [3_599_999, '1h 00m'],
    [12_000_000, '3h 20m'],
    [86_400_000 * 5 + 7_200_000, '5d 02h'],
  ])('%d ms is %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });
});
