import { z } from 'zod';
import { planMemMax, planMemSet } from '../../domain/index.js';
import { readMemoryKeys } from '../../layout/index.js';
import { type Kib, kib } from '../../model/index.js';
import { aboutDomain, type Change } from './change.js';
import { changeOf } from './change-of.js';

export const memSet = memory('mem-set', planMemSet);
export const memMax = memory('mem-max', planMemMax);

function memory<Kind extends 'mem-set' | 'mem-max'>(
  _kind: Kind,
  plan: typeof planMemSet,
): Change<Kind> {
  return {
    schema: z.object({ ...aboutDomain, kib: z.int().min(0).transform(kib) as z.ZodType<Kib> }),
    async begin(toolstack, request) {
      const domain = await toolstack.findGuest(request.domain, 'given other memory');
      return changeOf(toolstack, domain, request, async (standing) => {
        const seen = await readMemoryKeys(toolstack.host.store, standing.info.domid);
        return plan(standing, request.kib, seen);
      });
    },
  };
}
