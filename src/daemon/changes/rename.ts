import { z } from 'zod';
import { planRename } from '../../domain/index.js';
import { aboutDomain, type Change } from './change.js';
import { changeOf } from './change-of.js';

export const rename: Change<'rename'> = {
  schema: z.object({ ...aboutDomain, name: z.string().max(256) }),
  async begin(toolstack, request) {
    const domain = await toolstack.findGuest(request.domain, 'renamed');
    return changeOf(toolstack, domain, request, (standing) => planRename(standing, request.name));
  },
};
