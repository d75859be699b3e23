import { expect, test } from 'vitest';
import { MessageRing } from '../../src/machine/message-ring.js';

test('keeps the last 16 KiB, whole lines, until it is cleared', () => {
  const ring = new MessageRing();
  for (let number = 0; number < 5000; number += 1) ring.add(`message ${number}`);
  const text = ring.read({ clear: false });
  expect(text.length).toBeLessThanOrEqual(16 * 1024);
  expect(text.length).toBeGreaterThan(15 * 1024);
  const numbers = text
    .trimEnd()
    .split('\n')
    .map((line) => Number(/^\(XEN\) message (\d+)$/.exec(line)?.[1]));
  expect(numbers[0]).toBe(5000 - numbers.length);
  expect(numbers.at(-1)).toBe(4999);
  expect(ring.read({ clear: true })).toBe(text);
  expect(ring.read({ clear: false })).toBe('');
  ring.add('again');
  expect(ring.read({ clear: false })).toBe('(XEN) again\n');
});
