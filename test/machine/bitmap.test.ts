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

test('lets single bits go, and keeps the rest when it grows', () => {
  const bit = fc.integer({ min: 0, max: 99 });
  fc.assert(
    fc.property(
      fc.array(bit),
      fc.array(bit),
      fc.integer({ min: 100, max: 300 }),
      (some, gone, size) => {
        const bitmap = new Bitmap(100);
        for (const index of some) bitmap.add(index);
        for (const index of gone) bitmap.delete(index);
        const kept = [...new Set(some)].filter((index) => !gone.includes(index));
        const grown = bitmap.grown(size);
        expect([...grown]).toEqual(kept.sort((a, b) => a - b));
        expect(grown.count).toBe(kept.length);
        expect(grown.add(size - 1)).toBe(!kept.includes(size - 1));
      },
    ),
  );
});
