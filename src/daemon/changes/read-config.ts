import { type DomainConfig, parseDomainConfig, withoutSecrets } from '../../config/index.js';
import { completeConfig } from '../../domain/index.js';
import type { CompleteConfig } from '../../layout/index.js';
import type { ConfigText, WarningLine } from '../../model/index.js';

/** What is said about a domain beside the text of its config. */
interface Manner {
  readonly layout?: 'xl';
  readonly unsupervised?: boolean;
}

interface Read {
  /** Without secrets. */
  readonly config: CompleteConfig;
  /** With their passwords. */
  readonly vfbs: CompleteConfig['vfbs'];
  readonly warnings: readonly WarningLine[];
}

/**
 * Reads the config of a request and fills in what it leaves open.
 * @param kept the config of the domain that it is for, where there is one: the domain stays itself
 * @throws ToolstackError config-invalid, with file:line:column
 */
export async function readConfig(
  { text, file, overrides, cwd, ...manner }: ConfigText & Manner,
  kept?: CompleteConfig,
): Promise<Read> {
  const { config: parsed, warnings } = parseDomainConfig(text, { file, overrides });
  const wanted = kept === undefined ? inManner(parsed, manner) : asItself(parsed, kept);
  const complete = await completeConfig(wanted, { cwd, file });
  return {
    config: { ...withoutSecrets(complete), uuid: complete.uuid },
    vfbs: complete.vfbs,
    warnings: warnings.map((warning) => ({ event: 'warning', ...warning })),
  };
}

/** Its name, UUID and ways of life stay, and the addresses of interfaces that name none. */
function asItself(parsed: DomainConfig, kept: CompleteConfig): DomainConfig {
  const { name, uuid } = kept;
  const macs = new Map(kept.vifs.map(({ devid, mac }) => [devid, mac]));
  const vifs = parsed.vifs.map((vif) => {
    const mac = vif.mac ?? macs.get(vif.devid);
    return mac === undefined ? vif : { ...vif, mac };
  });
  return inManner({ ...parsed, name, uuid, vifs }, kept);
}

function inManner(config: DomainConfig, { layout, unsupervised }: Manner): DomainConfig {
  return {
    ...config,
    ...(layout === undefined ? {} : { layout }),
    ...(unsupervised === true ? { unsupervised } : {}),
  };
}
