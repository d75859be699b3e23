import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GrantTable } from '../../src/machine/grant-table.js';
import { DOM0, domid } from '../../src/model/index.js';

describe('a grant table', () => {
  test('lets only those map to whom it was granted, and only what was', () => {
    const grants = new GrantTable();
    const ref = grants.grant(DOM0, 77);
    expect(grants.map(ref, DOM0)).toBe(77);
    expect(() => grants.map(ref, domid(3))).toThrow(/is for domain 0, not 3/);
    expect(() => grants.map(ref + 1, DOM0)).toThrow(/no grant reference/);
    expect(() => grants.map(Number.NaN, DOM0)).toThrow(/no grant reference/);
    expect(grants.mapped).toBe(1);
  });

  test('forgets an ended grant once nobody has it mapped', () => {
    const grants = new GrantTable();
    const ref = grants.grant(DOM0, 77);
    grants.map(ref, DOM0);
    grants.end(ref);
    expect(() => grants.map(ref, DOM0)).toThrow(/no grant reference/);
    expect([grants.mapped, grants.size]).toEqual([1, 1]);
    grants.unmap(ref);
    expect([grants.mapped, grants.size]).toEqual([0, 0]);
  });

  test('counts mappings as a plain list of them does, whatever is done in whatever order', () => {
    const act = fc.record({
      what: fc.constantFrom('grant', 'map', 'unmap', 'end'),
      ref: fc.integer({ min: 6, max: 14 }),
    });
    fc.assert(
      fc.property(fc.array(act), (acts) => {
        const grants = new GrantTable();
        const live = new Set<number>();
        let mappings: number[] = [];
        for (const { what, ref } of acts) {
          switch (what) {
            case 'grant': {
              const made = grants.grant(DOM0, ref);
              expect(live.has(made)).toBe(false);
              expect(made).toBeGreaterThanOrEqual(8);
              live.add(made);
              break;
            }
            case 'map':
              if (live.has(ref)) {
                grants.map(ref, DOM0);
                mappings.push(ref);
              } else {
                expect(() => grants.map(ref, DOM0)).toThrow();
              }
              break;
            case 'unmap': {
              grants.unmap(ref);
              const at = mappings.indexOf(ref);
              mappings = mappings.filter((_, index) => index !== at);
              break;
            }
            case 'end':
              grants.end(ref);
              live.delete(ref);
              break;
          }
          expect(grants.mapped).toBe(mappings.length);
          expect(grants.size).toBe(new Set([...live, ...mappings]).size);
        }
      }),
    );
  });
});
