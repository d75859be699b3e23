import { z } from 'zod';
import { planPause } from '../../domain/index.js';
import { aboutDomain, type Change } from './change.js';
import { changeOf } from './standing.js';

export const pause: Change<'pause'> = {
  schema: z.object(aboutDomain),
  async begin(toolstack, request) {
    const domain = await toolstack.findGuest(request.domain, 'paused');
    return changeOf(toolstack, domain, request, planPause);
  },
};
