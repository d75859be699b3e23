import { z } from 'zod';
import { planSuspend } from '../../domain/index.js';
import { aboutDomain, type Change } from './change.js';
import { changeOf } from './standing.js';

export const suspend: Change<'suspend'> = {
  schema: z.object(aboutDomain),
  async begin(toolstack, request) {
    const domain = await toolstack.findGuest(request.domain, 'suspended');
    return changeOf(toolstack, domain, request, planSuspend);
  },
};
