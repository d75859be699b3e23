import { z } from 'zod';
import { libxlConfig } from '../../config/index.js';
import { incarnationsOf, planCreate } from '../../domain/index.js';
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
  async begin({ host }, request) {
    const { config, vfbs, warnings } = await readConfig(request);
    // One with the same UUID that lives keeps its own; this one will be refused.
    const isNew = (await incarnationsOf(host, config.uuid)).length === 0;
    if (isNew && request.dryRun !== true) host.vncPasswords.keep({ uuid: config.uuid, vfbs });
    return {
      request: {
        uuid: config.uuid,
        requestedBy: request.requestedBy,
        plan: () => Promise.resolve(planCreate(config, request.paused)),
      },
      warnings,
      ...(request.debug === true ? { config: libxlConfig(config) } : {}),
    };
  },
};
