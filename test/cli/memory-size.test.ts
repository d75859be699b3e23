import { expect, test } from 'vitest';
import { parseMemorySize, possibleSize } from '../../src/cli/memory-size.js';

test.each([
  ['1024', 1024 * 1024],
  ['512m', 512 * 1024],
  ['512M', 512 * 1024],
  ['1g', 1024 * 1024],
  ['1t', 1024 ** 3],
  ['131072k', 131_072],
  ['1048576b', 1024],
  ['1023b', 0],
  ['0', 0],
  ['-5', -5120],
])('%s is %i KiB', (text, kib) => {
  expect(parseMemorySize(text)).toBe(kib);
});

test.each(['x', '60x', '1mb', '0x10', '1.5g', '-1k', '', '1 g'])('"%s" is no size', (text) => {
  expect(parseMemorySize(text)).toBeUndefined();
});

test('a domain can have neither less than nothing nor more than can be counted', () => {
  expect([-1, 0, 2 ** 60].map(possibleSize)).toEqual([undefined, 0, undefined]);
});
