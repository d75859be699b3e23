import { uptime as hostUptime } from 'node:os';
import { startedAt } from '../../layout/index.js';
import { DOM0 } from '../../model/index.js';
import { anyDomains, named, ofEach } from './about-domains.js';
import type { Question } from './question.js';

export const uptime: Question<'uptime'> = {
  schema: anyDomains,
  /** @throws ToolstackError no-such-domain */
  async answer({ toolstack: { host } }, { domain }) {
    const domains = await ofEach(host, domain, async (each) => {
      const since = await startedAt(host.store, each.domid);
      return { ...named(each), seconds: secondsSince(since, each.domid) };
    });
    return { domains };
  },
};

/** The daemon runs in domain 0, which has no start time in a store that xl alone writes. */
function secondsSince(since: number | undefined, domid: number): number | null {
  if (since !== undefined) return Math.max(0, Math.floor(Date.now() / 1000 - since));
  return domid === DOM0 ? Math.floor(hostUptime()) : null;
}
