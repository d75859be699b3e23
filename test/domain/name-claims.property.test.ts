import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NameClaims } from '../../src/domain/index.js';
import type { Uuid } from '../../src/model/index.js';

const names = fc.constantFrom('a', 'b');
const uuids = fc.constantFrom('1', '2', '3') as fc.Arbitrary<string> as fc.Arbitrary<Uuid>;
const step = fc.record({ claim: fc.boolean(), name: names, uuid: uuids });

test('a claim tells whether anybody else has one, whatever was claimed and released before', () => {
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const claims = new NameClaims();
      const held = new Set<string>();
      for (const { claim, name, uuid } of steps) {
        if (claim) {
          const others = [...held].filter((one) => one.startsWith(name) && one !== name + uuid);
          expect(claims.claim(name, uuid)).toBe(others.length === 0);
          held.add(name + uuid);
        } else {
          claims.release(name, uuid);
          held.delete(name + uuid);
        }
      }
    }),
  );
});
