import fc from 'fast-check';
import { BEHAVIOURS, type Behaviour, POLICIES, type Policy } from './expected-domain.js';

/** One thing that a user may do. `slot` is the domain that it is done to. */
export type Action = { readonly slot: string } & (
  | {
      readonly verb: 'create';
      readonly behaviour: Behaviour;
      readonly policy: Policy;
      readonly paused: boolean;
    }
  | { readonly verb: 'destroy' | 'pause' | 'unpause' | 'suspend' | 'resume' | 'migrate' }
  | { readonly verb: 'shutdown' | 'reboot' | 'crash' }
  | { readonly verb: 'rename'; readonly name: string }
  | { readonly verb: 'mem-set'; readonly mib: number }
  | { readonly verb: 'vcpu-set'; readonly vcpus: number }
  | { readonly verb: 'block-attach' | 'block-detach'; readonly vdev: string }
  | { readonly verb: 'network-attach' }
  | { readonly verb: 'network-detach'; readonly id: number }
);

/** Domains are made under these names. */
export const SLOTS = ['red', 'green', 'blue'] as const;
const slot = fc.constantFrom(...SLOTS);
const vdev = fc.constantFrom('xvdb', 'xvdc');

/** A domain is made so often that most other actions find one. */
export const actions: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      slot,
      verb: fc.constant('create' as const),
      behaviour: fc.oneof(
        { weight: 2, arbitrary: fc.constant('good' as const) },
        { weight: 1, arbitrary: fc.constantFrom(...(Object.keys(BEHAVIOURS) as Behaviour[])) },
      ),
      policy: fc.oneof(
        { weight: 2, arbitrary: fc.constant('default' as const) },
        { weight: 1, arbitrary: fc.constantFrom(...(Object.keys(POLICIES) as Policy[])) },
      ),
      paused: fc.boolean(),
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      slot,
      verb: fc.constantFrom(
        'destroy' as const,
        'pause' as const,
        'unpause' as const,
        'suspend' as const,
        'resume' as const,
        'migrate' as const,
        'shutdown' as const,
        'reboot' as const,
        'crash' as const,
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      slot,
      verb: fc.constant('rename' as const),
      name: fc.constantFrom('red', 'green', 'crimson', 'lime'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      slot,
      verb: fc.constant('mem-set' as const),
      mib: fc.constantFrom(6, 8, 16, 64),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      slot,
      verb: fc.constant('vcpu-set' as const),
      vcpus: fc.constantFrom(1, 2, 4),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      slot,
      verb: fc.constantFrom('block-attach' as const, 'block-detach' as const),
      vdev,
    }),
  },
  { weight: 2, arbitrary: fc.record({ slot, verb: fc.constant('network-attach' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      slot,
      verb: fc.constant('network-detach' as const),
      id: fc.constantFrom(0, 1),
    }),
  },
);

/** One line for one action, for the report of a failure. */
export function describe({ slot: name, verb, ...rest }: Action): string {
  return [verb, name, ...Object.values(rest).map(String)].join(' ');
}
