import { z } from 'zod';
import { findDomain, listDomains } from '../../domain/index.js';
import { reference } from '../changes/change.js';
import { flag, type Question } from './question.js';

export const domains: Question<'domains'> = {
  schema: z.object({ domain: reference.exactOptional(), long: flag }),
  /** @throws ToolstackError no-such-domain */
  async answer({ toolstack }, { domain, long = false }) {
    const { host, history } = toolstack;
    const found = domain === undefined ? await listDomains(host) : [await findDomain(host, domain)];
    if (!long) return { domains: found };
    return {
      domains: found.map((each) => {
        const config = history.records.config(each.uuid);
        return config === undefined ? each : { ...each, config };
      }),
    };
  },
};
