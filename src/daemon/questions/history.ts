import { z } from 'zod';
import { ToolstackError } from '../../model/index.js';
import { reference } from '../changes/change.js';
import type { Question } from './question.js';

const DEFAULT_LIMIT = 50;

export const history: Question<'history'> = {
  schema: z.object({
    domain: reference.exactOptional(),
    limit: z.coerce.number().int().min(1).max(100_000).exactOptional(),
  }),
  /** @throws ToolstackError no-such-domain for one that was never heard of */
  answer({ toolstack }, { domain, limit = DEFAULT_LIMIT }) {
    const { queries } = toolstack.history;
    const uuid = domain === undefined ? undefined : queries.find(domain);
    if (domain !== undefined && uuid === undefined) {
      throw new ToolstackError('no-such-domain', `the history knows no domain "${domain}"`, {
        suggestions: ['"domovoi history" shows all that it knows.'],
      });
    }
    const filter = { limit, ...(uuid === undefined ? {} : { uuid }) };
    return {
      operations: queries.operations(filter),
      incarnations: queries.incarnations(filter),
      events: queries.events(filter),
    };
  },
};
