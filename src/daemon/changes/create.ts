import { z } from 'zod';
import { planCreate } from '../../domain/index.js';
import { asked, type Change, configText } from './change.js';
import { readConfig } from './read-config.js';

export const create: Change<'create'> = {
  schema: z.object({
    ...asked,
    ...configText,
    paused: z.boolean(),
    unsupervised: z.boolean().exactOptional(),
    layout: z.literal('xl').exactOptional(),
  }),
  /** @throws ToolstackError config-invalid, with file:line:column */
  async begin(_toolstack, request) {
    const { config, warnings } = await readConfig(request);
    return {
      request: {
        uuid: config.uuid,
        requestedBy: request.requestedBy,
        plan: () => Promise.resolve(planCreate(config, request.paused)),
      },
      warnings,
      ...(request.debug === true ? { config } : {}),
    };
  },
};
