import { anyDomains, named, ofEach } from './about-domains.js';
import type { Question } from './question.js';

export const vcpus: Question<'vcpus'> = {
  schema: anyDomains,
  /** @throws ToolstackError no-such-domain */
  async answer({ toolstack: { host } }, { domain }) {
    const { nrCpus } = await host.hypervisor.hostDetails();
    const domains = await ofEach(host, domain, async (each) => ({
      ...named(each),
      vcpus: await host.hypervisor.vcpus(each.domid),
    }));
    return { hostCpus: nrCpus, domains };
  },
};
