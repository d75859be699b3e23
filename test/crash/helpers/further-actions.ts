import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { ApiClient } from '../../../src/client/api-client.js';
import { mibToKib, type ReplyLine, type Uuid } from '../../../src/model/index.js';
import { config, EXAMPLES } from '../../daemon/helpers/embedded.js';
import { SLOTS } from '../../model/actions.js';

/** What the model says nothing of. */
const VERBS = [
  'mem-max',
  'vcpu-pin',
  'sched-credit2',
  'trigger',
  'sysrq',
  'dump-core',
  'config-update',
  'adopt',
  'repair',
] as const;

export interface FurtherAction {
  readonly slot: string;
  readonly verb: (typeof VERBS)[number];
}

export const furtherActions: fc.Arbitrary<FurtherAction> = fc.record({
  slot: fc.constantFrom(...SLOTS),
  verb: fc.constantFrom(...VERBS),
});

/** The same again has the same effect, so that it does not matter which came through. */
export function requestFurther(
  api: ApiClient,
  { slot, verb }: FurtherAction,
  domain: Uuid,
): Promise<AsyncIterable<ReplyLine>> {
  const about = { domain, requestedBy: 'test' };
  switch (verb) {
    case 'mem-max':
      return api.change(verb, { ...about, kib: mibToKib(64) });
    case 'vcpu-pin':
      return api.change(verb, { ...about, vcpu: 'all', hard: '0-1' });
    case 'sched-credit2':
      return api.change(verb, { ...about, weight: 512 });
    case 'trigger':
      return api.change(verb, { ...about, trigger: 'nmi', vcpu: 0 });
    case 'sysrq':
      return api.change(verb, { ...about, letter: 's' });
    case 'dump-core':
      return api.change(verb, { ...about, file: join(tmpdir(), `dve-core-${domain}`) });
    case 'config-update': {
      const from = { text: config(slot), file: join(EXAMPLES, 'test.cfg'), cwd: EXAMPLES };
      return api.change(verb, { ...about, ...from, overrides: [] });
    }
    case 'adopt':
      return api.change(verb, about);
    case 'repair':
      return api.change(verb, { requestedBy: 'test' });
  }
}

export function isFurther(action: { readonly verb: string }): action is FurtherAction {
  return VERBS.some((verb) => verb === action.verb);
}
