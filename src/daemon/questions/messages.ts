import { z } from 'zod';
import { flag, type Question } from './question.js';

export const messages: Question<'messages'> = {
  schema: z.object({ clear: flag }),
  async answer({ toolstack: { host } }, { clear = false }) {
    return { text: await host.hypervisor.consoleRing({ clear }) };
  },
};
