import { z } from 'zod';
import { hearsControl, planStop } from '../../domain/index.js';
import { aboutDomain, type Change } from './change.js';
import { changeOf } from './change-of.js';

export const shutdown = stop('shutdown', 'shut down');
export const reboot = stop('reboot', 'rebooted');

function stop<Kind extends 'shutdown' | 'reboot'>(kind: Kind, what: string): Change<Kind> {
  return {
    schema: z.object({ ...aboutDomain, fallback: z.boolean().exactOptional() }),
    async begin(toolstack, request) {
      const domain = await toolstack.findGuest(request.domain, what);
      return changeOf(toolstack, domain, request, async (standing) => {
        const hears = await hearsControl(toolstack.host, standing.info);
        return planStop(kind, standing, { hears, fallback: request.fallback === true });
      });
    },
  };
}
