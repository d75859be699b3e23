import { z } from 'zod';
import { libxlConfig } from '../../config/index.js';
import { planConfigUpdate } from '../../domain/index.js';
import { aboutDomain, type Change, configText } from './change.js';
import { changeOf } from './change-of.js';
import { readConfig } from './read-config.js';

export const configUpdate: Change<'config-update'> = {
  schema: z.object({ ...aboutDomain, ...configText }),
  /** @throws ToolstackError config-invalid; ENOTSUP for a domain that is not known here */
  async begin(toolstack, request) {
    const domain = await toolstack.findGuest(request.domain, 'configured anew');
    const name = domain.name ?? `domain ${domain.domid}`;
    const kept = { ...toolstack.configOf({ uuid: domain.uuid, name }), name };
    const { config, warnings } = await readConfig(request, kept);
    return {
      ...changeOf(toolstack, domain, request, (standing) => planConfigUpdate(standing, config)),
      warnings,
      ...(request.debug === true ? { config: libxlConfig(config) } : {}),
    };
  },
};
