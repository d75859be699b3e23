import fc from 'fast-check';

/** What befalls a host while it works; instants as a part of how long the work takes. */
export type Calamity =
  | { readonly what: 'nothing' }
  /** `again`: the next ones are killed too, so many ms after they were begun to be started. */
  | { readonly what: 'daemon dies'; readonly at: number; readonly again: readonly number[] }
  /** As in a loss of power: domains are lost, the store is not. */
  | { readonly what: 'machine dies'; readonly at: number; readonly again: readonly number[] }
  | { readonly what: 'both die'; readonly at: number; readonly again: readonly number[] }
  | {
      readonly what: 'daemon hangs' | 'machine hangs';
      readonly at: number;
      readonly forMs: number;
    };

const at = fc.integer({ min: 0, max: 1200 }).map((thousandths) => thousandths / 1000);
const again = fc.oneof(
  { weight: 2, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: fc.array(fc.integer({ min: 0, max: 1500 }), { maxLength: 2 }) },
);

export const calamities: fc.Arbitrary<Calamity> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ what: 'nothing' as const }) },
  {
    weight: 12,
    arbitrary: fc.record({ what: fc.constant('daemon dies' as const), at, again }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constantFrom('machine dies' as const, 'both die' as const),
      at,
      again,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constantFrom('daemon hangs' as const, 'machine hangs' as const),
      at,
      forMs: fc.integer({ min: 100, max: 3000 }),
    }),
  },
);
