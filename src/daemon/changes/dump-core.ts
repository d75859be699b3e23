import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { planDumpCore } from '../../domain/index.js';
import { aboutDomain, type Change } from './change.js';

export const dumpCore: Change<'dump-core'> = {
  schema: z.object({
    ...aboutDomain,
    file: z.string().max(4096).refine(isAbsolute, 'the path of a dump must be absolute'),
  }),
  async begin(toolstack, { domain, file, requestedBy }) {
    const { uuid } = await toolstack.findGuest(domain, 'dumped');
    const plan = async () => planDumpCore(await toolstack.locate(uuid, domain), file);
    return { request: { uuid, requestedBy, plan } };
  },
};
