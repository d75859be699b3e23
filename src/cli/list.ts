import { parseArgs } from 'node:util';
import { withDaemon } from '../client/ensure.js';
import { findStateDir } from '../runtime/state-dir.js';
import { aboutDomain } from './failure.js';

export interface ListOptions {
  readonly domain?: string | undefined;
  readonly json?: boolean | undefined;
  readonly long?: boolean | undefined;
  readonly verbose?: boolean | undefined;
  readonly context?: boolean | undefined;
  readonly cpupool?: boolean | undefined;
  readonly numa?: boolean | undefined;
}

/** Asks for the domains and gives the text to print. */
export async function list(options: ListOptions): Promise<string> {
  const { domain, json, long, verbose, context, cpupool, numa } = options;
  const query = { ...(domain === undefined ? {} : { domain }), libxl: long === true };
  const { domains, pools } = await aboutDomain(
    'list',
    domain ?? '',
    withDaemon(findStateDir(), { stderr: process.stderr }, async (daemon) => ({
      ...(await daemon.ask('domains', query)),
      pools: cpupool ? (await daemon.ask('pools')).names : undefined,
    })),
  );
  if (json) {
    const { renderJson } = await import('../render/json.js');
    return renderJson('DomainList', { items: domains });
  }
  if (long) {
    const details = domains.map((each) => ({ domid: each.domid, config: each.config ?? {} }));
    const { renderYajl } = await import('../render/yajl.js');
    return `${renderYajl(details)}\n`;
  }
  const { renderXlList } = await import('../render/xl/list.js');
  return renderXlList(domains, { verbose, context, pools, numa });
}

/**
 * Reads the command lines of `list` that need no help page and have no mistake in them;
 * undefined for all others.
 */
export function readListCommandLine(argv: readonly string[]): ListOptions | undefined {
  const [command, ...args] = argv;
  if (command !== 'list') return undefined;
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        json: { type: 'boolean' },
        long: { type: 'boolean', short: 'l' },
        verbose: { type: 'boolean', short: 'v' },
        context: { type: 'boolean', short: 'Z' },
        cpupool: { type: 'boolean', short: 'c' },
        numa: { type: 'boolean', short: 'n' },
      },
    });
    return positionals.length > 1 ? undefined : { ...values, domain: positionals[0] };
  } catch {
    // The full parser says it better.
    return undefined;
  }
}
