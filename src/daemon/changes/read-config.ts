import { parseDomainConfig, withoutSecrets } from '../../config/index.js';
import { completeConfig } from '../../domain/index.js';
import type { CompleteConfig } from '../../layout/index.js';
import type { ConfigText, Foreword, Uuid } from '../../model/index.js';

/** What a domain keeps whatever its new config says. */
interface Kept {
  readonly uuid: Uuid;
  readonly name: string;
}

/**
 * Reads the config of a request and fills in what it leaves open.
 * @param kept the domain that it is for, where there is one already
 * @throws ToolstackError config-invalid, with file:line:column
 */
export async function readConfig(
  request: ConfigText & { readonly debug?: boolean },
  kept?: Kept,
): Promise<{ readonly config: CompleteConfig; readonly forewords: readonly Foreword[] }> {
  const { text, file, overrides, cwd, debug } = request;
  const { config: parsed, warnings } = parseDomainConfig(text, { file, overrides });
  const complete = await completeConfig({ ...parsed, ...kept }, { cwd, file });
  const config = { ...withoutSecrets(complete), uuid: complete.uuid };
  return {
    config,
    forewords: [
      ...warnings.map((warning): Foreword => ({ event: 'warning', ...warning })),
      ...(debug === true ? [{ event: 'config', config } as const] : []),
    ],
  };
}
