import { z } from 'zod';
import { planResume } from '../../domain/index.js';
import { aboutDomain, type Change } from './change.js';
import { changeOf } from './standing.js';

export const resume: Change<'resume'> = {
  schema: z.object(aboutDomain),
  async begin(toolstack, request) {
    const domain = await toolstack.findGuest(request.domain, 'resumed');
    return changeOf(toolstack, domain, request, planResume);
  },
};
