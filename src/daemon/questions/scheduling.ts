import { poolNamePath } from '../../layout/index.js';
import { anyDomains, named, ofEach } from './about-domains.js';
import type { Question } from './question.js';

/** Xen's default (`XEN_SYSCTL_CSCHED2`): nothing here changes it. */
const RATELIMIT_US = 1_000;
const FIRST_POOL = 0;

export const scheduling: Question<'scheduling'> = {
  schema: anyDomains,
  /** @throws ToolstackError no-such-domain */
  async answer({ toolstack: { host } }, { domain }) {
    const domains = await ofEach(host, domain, async (each) => ({
      ...named(each),
      ...(await host.hypervisor.scheduling(each.domid)),
    }));
    const pool = (await host.store.maybeRead(poolNamePath(FIRST_POOL))) ?? 'Pool-0';
    return { pool, ratelimitUs: RATELIMIT_US, domains };
  },
};
