import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Directory, type Named } from '../../src/xenstored/directory.js';

const name = fc.nat({ max: 60 }).map((number) => `n${number}`);
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('add' as const), name }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), name }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('copy' as const), name }) },
);

test('a directory is what a Map is, narrow or wide, and its copies do not change', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      let directory = new Directory<Named>(0);
      const model = new Map<string, Named>();
      const copies: [Directory<Named>, string][] = [];
      for (const { kind, name } of steps) {
        if (kind === 'copy') {
          copies.push([directory, listingOf(model)]);
          directory = directory.copy(1);
        } else if (kind === 'remove') {
          if (model.delete(name)) directory.remove(name);
        } else {
          const child = { name };
          if (model.has(name)) directory.replace(child);
          else directory.add(child);
          model.set(name, child);
        }
        expect(directory.get(name)).toBe(model.get(name));
      }
      expect(directory.listing()).toBe(listingOf(model));
      expect([...directory]).toEqual([...model.values()]);
      expect([directory.size, directory.nameBytes]).toEqual([model.size, listingOf(model).length]);
      for (const [copy, listing] of copies) expect(copy.listing()).toBe(listing);
    }),
  );
});

test('a wide directory that has lost all its children lists nothing', () => {
  const directory = new Directory<Named>(0);
  const names = Array.from({ length: 100 }, (_, index) => `n${index}`);
  for (const name of names) directory.add({ name });
  for (const name of names) directory.remove(name);
  expect(directory.listing()).toBe('');
});

function listingOf(model: ReadonlyMap<string, Named>): string {
  return [...model.keys()].map((name) => `${name}\0`).join('');
}
