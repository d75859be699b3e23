import { z } from 'zod';
import { parseDomainConfig, withoutSecrets } from '../../config/index.js';
import { completeConfig, planCreate } from '../../domain/index.js';
import type { CompleteConfig } from '../../layout/index.js';
import { asked, type Change, configText } from './change.js';

export const create: Change<'create'> = {
  schema: z.object({
    ...asked,
    ...configText,
    paused: z.boolean(),
    unsupervised: z.boolean().exactOptional(),
    layout: z.literal('xl').exactOptional(),
  }),
  /** @throws ToolstackError config-invalid, with file:line:column */
  async begin(_toolstack, { text, file, overrides, cwd, requestedBy, paused }) {
    const { config: parsed, warnings } = parseDomainConfig(text, { file, overrides });
    const config = withoutSecrets(await completeConfig(parsed, { cwd, file })) as CompleteConfig;
    return {
      request: {
        uuid: config.uuid,
        requestedBy,
        plan: () => Promise.resolve(planCreate(config, paused)),
      },
      warnings: warnings.map((warning) => ({ event: 'warning', ...warning })),
    };
  },
};
