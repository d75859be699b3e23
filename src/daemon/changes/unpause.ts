import { z } from 'zod';
import { planUnpause } from '../../domain/index.js';
import { aboutDomain, type Change } from './change.js';
import { changeOf } from './standing.js';

export const unpause: Change<'unpause'> = {
  schema: z.object(aboutDomain),
  async begin(toolstack, request) {
    const domain = await toolstack.findGuest(request.domain, 'unpaused');
    return changeOf(toolstack, domain, request, planUnpause);
  },
};
