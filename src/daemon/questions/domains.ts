import { z } from 'zod';
import { bareLibxlConfig, domainConfigFromJson, startedLibxlConfig } from '../../config/index.js';
import { findDomain, listDomains } from '../../domain/index.js';
import { DOM0, type JsonObject, type ListedDomain } from '../../model/index.js';
import { reference } from '../changes/change.js';
import { flag, type Question } from './question.js';

export const domains: Question<'domains'> = {
  schema: z.object({ domain: reference.exactOptional(), long: flag, libxl: flag }),
  /** @throws ToolstackError no-such-domain */
  async answer({ toolstack }, { domain, long = false, libxl = false }) {
    const { host, history } = toolstack;
    const found = domain === undefined ? await listDomains(host) : [await findDomain(host, domain)];
    if (!long && !libxl) return { domains: found };
    return {
      domains: found.map((each) => {
        const kept = history.records.config(each.uuid);
        if (libxl) return { ...each, config: libxlConfigOf(each, kept) };
        return kept === undefined ? each : { ...each, config: kept };
      }),
    };
  },
};

/** As `xl list -l` prints it; of a domain without a config, such as domain 0, what Xen knows. */
function libxlConfigOf(domain: ListedDomain, kept: JsonObject | undefined): JsonObject {
  const { domid, uuid, name } = domain;
  if (kept === undefined)
    return bareLibxlConfig(domid === DOM0 ? { ...domain, uuid: undefined } : domain);
  const config = domainConfigFromJson(kept);
  return startedLibxlConfig({ ...config, uuid, name: name ?? config.name });
}
