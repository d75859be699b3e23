import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Bitmap } from '../../src/machine/bitmap.js';

test('holds what a set of numbers holds, and gives it away once', () => {
  const size = fc.integer({ min: 1, max: 300 });
  const added = size.chain((max) =>
    fc.tuple(fc.constant(max), fc.array(fc.integer({ min: 0, max: max - 1 }))),
  );
  fc.assert(
    fc.property(added, ([max, indices]) => {
      const bitmap = new Bitmap(max);
      const model = new Set<number>();
      for (const index of indices) {
        expect(bitmap.add(index)).toBe(!model.has(index));
        model.add(index);
      }
      expect(bitmap.count).toBe(model.size);
      expect([...bitmap]).toEqual([...model].sort((a, b) => a - b));
      const taken = bitmap.take();
      for (let index = 0; index < max; index += 1) {
        expect(((taken[index >> 3] ?? 0) & (1 << (index & 7))) !== 0).toBe(model.has(index));
        expect(bitmap.has(index)).toBe(false);
      }
      expect(bitmap.count).toBe(0);
    }),
  );
});
