import { hostname, machine, release, version } from 'node:os';
import { z } from 'zod';
import type { Question } from './question.js';

export const host: Question<'host'> = {
  schema: z.object({}),
  async answer({ toolstack }) {
    const system = {
      host: hostname(),
      release: release(),
      version: version(),
      machine: machine(),
    };
    return { ...(await toolstack.host.hypervisor.hostDetails()), system };
  },
};
