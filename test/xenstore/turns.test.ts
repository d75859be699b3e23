import { expect, test } from 'vitest';
import { Turns } from '../../src/xenstore/turns.js';

test('no more tasks than the limit run at a time, in order, whether they fail or not', async () => {
  const turns = new Turns(2);
  const started: number[] = [];
  const ends: (() => void)[] = [];
  const outcomes = Promise.allSettled(
    [0, 1, 2, 3, 4].map((i) =>
      turns.run(async () => {
        started.push(i);
        await new Promise<void>((resolve) => ends.push(resolve));
        if (i % 2 === 0) throw new RangeError(`${i}`);
        return i;
      }),
    ),
  );
  for (let i = 0; i < 5; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    expect(started).toEqual([0, 1, 2, 3, 4].slice(0, i + 2));
    ends[i]?.();
  }
  expect((await outcomes).map(({ status }) => status === 'fulfilled')).toEqual([
    false,
    true,
    false,
    true,
    false,
  ]);
  expect(await turns.run(async () => 'room again')).toBe('room again');
});

test('a task with room starts at once', () => {
  let hasStarted = false;
  void new Turns(1).run(async () => {
    hasStarted = true;
  });
  expect(hasStarted).toBe(true);
});
