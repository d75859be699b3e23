import { z } from 'zod';
import { planLocalMigration } from '../../migration/index.js';
import { ToolstackError } from '../../model/index.js';
import { aboutDomain, type Change } from './change.js';

export const migrate: Change<'migrate'> = {
  schema: z.object({
    ...aboutDomain,
    destination: z.string(),
    maxDowntimeMs: z.int().min(1).exactOptional(),
    bandwidthKib: z.int().min(1).exactOptional(),
  }),
  /** @throws ToolstackError ENOTSUP for a destination other than localhost */
  async begin(toolstack, { domain, destination, requestedBy, maxDowntimeMs, bandwidthKib }) {
    if (destination !== 'localhost') {
      throw new ToolstackError('ENOTSUP', `cannot migrate to "${destination}"`, {
        suggestions: ['Only localhost is possible yet.'],
      });
    }
    const { uuid } = await toolstack.findGuest(domain, 'migrated');
    const plan = async () => {
      const leaving = await toolstack.observe(uuid, domain);
      const config = { ...toolstack.configOf(leaving), name: leaving.name };
      return planLocalMigration(leaving, config, {
        ...(maxDowntimeMs === undefined ? {} : { maxDowntimeMs }),
        ...(bandwidthKib === undefined ? {} : { bandwidthKib }),
      });
    };
    return { request: { uuid, requestedBy, plan } };
  },
};
