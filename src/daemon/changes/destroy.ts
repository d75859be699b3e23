import { z } from 'zod';
import { planDestroy } from '../../domain/index.js';
import { aboutDomain, type Change } from './change.js';

export const destroy: Change<'destroy'> = {
  schema: z.object(aboutDomain),
  async begin(toolstack, { domain, requestedBy }) {
    const uuid = await toolstack.findUuid(domain, 'destroyed');
    const plan = async () => planDestroy(await toolstack.observe(uuid, domain));
    return { request: { uuid, requestedBy, plan, decisive: true } };
  },
};
