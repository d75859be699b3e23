import { kibToMib, type ListedDomain, SHUTDOWN_REASONS } from '../../model/index.js';
import { escapeText } from '../escape.js';
import { column, cpuSeconds, inLines, nameColumn } from './columns.js';

const HEADER = 'Name                                        ID   Mem VCPUs\tState\tTime(s)';
const VERBOSE_HEADER = '   UUID                            Reason-Code\tSecurity Label';
const CONTEXT_HEADER = '   Security Label';
const POOL_HEADER = '         Cpupool';
const NODE_HEADER = ' NODE Affinity';
/** One letter for each of Xen's shutdown reasons, in the order of their codes. */
const REASON_LETTERS = '-rscwS';

export interface XlListOptions {
  /** UUIDs, shutdown reasons and security labels (`-v`). */
  readonly verbose?: boolean | undefined;
  /** Security labels (`-Z`). */
  readonly context?: boolean | undefined;
  /** CPU pools (`-c`): their names, by number. */
  readonly pools?: Readonly<Record<number, string>> | undefined;
  /** The NUMA nodes that a domain's memory may be on (`-n`). */
  readonly numa?: boolean | undefined;
}

/**
 * The table that `xl list` prints, byte for byte (list_domains of xl_list.c), with a line feed at
 * the end of each line. Memory is in MiB, time in seconds.
 */
export function renderXlList(
  domains: readonly ListedDomain[],
  options: XlListOptions = {},
): string {
  const { verbose, context, pools, numa } = options;
  const header = [
    HEADER,
    verbose ? VERBOSE_HEADER : '',
    context && !verbose ? CONTEXT_HEADER : '',
    pools === undefined ? '' : POOL_HEADER,
    numa ? NODE_HEADER : '',
  ].join('');
  return inLines([
    header,
    ...domains.map((domain) => row(domain) + furtherColumns(domain, options)),
  ]);
}

function row(domain: ListedDomain): string {
  return [
    `${nameColumn(domain.name, 40)} `,
    `${column(domain.domid, 5)} `,
    `${column(kibToMib(domain.memoryKib), 5)} `,
    `${column(domain.vcpus, 5)}     `,
    `${flags(domain)}  `,
    column(cpuSeconds(domain.cpuTimeNs), 8),
  ].join('');
}

function furtherColumns(
  domain: ListedDomain,
  { verbose, context, pools, numa }: XlListOptions,
): string {
  const reason = domain.shutdown === undefined ? '-' : reasonCode(domain).toString(16);
  return [
    verbose ? ` ${domain.uuid} ${column(reason, 8)}` : '',
    // Labels are those of the FLASK security module, which is not on.
    verbose || context ? ` ${column('-', 16)}` : '',
    pools === undefined ? '' : column(escapeText(pools[domain.cpupool] ?? '(null)'), 16),
    // Domains are not bound to nodes here.
    numa ? ' all' : '',
  ].join('');
}

function flags(domain: ListedDomain): string {
  return [
    domain.running ? 'r' : '-',
    domain.blocked ? 'b' : '-',
    domain.paused ? 'p' : '-',
    domain.shutdown === undefined ? '-' : 's',
    REASON_LETTERS[reasonCode(domain)],
    domain.dying ? 'd' : '-',
  ].join('');
}

/** Xen's code of the shutdown reason, which of a living domain is 0, as of one powered off. */
function reasonCode(domain: ListedDomain): number {
  return domain.shutdown === undefined ? 0 : SHUTDOWN_REASONS.indexOf(domain.shutdown);
}
