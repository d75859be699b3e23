import { kibToMib, type ListedDomain, SHUTDOWN_REASONS } from '../model/index.js';
import { escapeText } from './escape.js';

const HEADER = 'Name                                        ID   Mem VCPUs\tState\tTime(s)';
const VERBOSE_HEADER = '   UUID                            Reason-Code\tSecurity Label';
/** One letter for each of Xen's shutdown reasons, in the order of their codes. */
const REASON_LETTERS = '-rscwS';

/**
 * The table that `xl list` prints, byte for byte (list_domains of xl_info.c), with a line feed at
 * the end of each line. Memory is in MiB, time in seconds.
 */
export function renderXlList(
  domains: readonly ListedDomain[],
  { verbose = false }: { readonly verbose?: boolean } = {},
): string {
  const lines = [
    verbose ? HEADER + VERBOSE_HEADER : HEADER,
    ...domains.map((domain) => (verbose ? row(domain) + verboseColumns(domain) : row(domain))),
  ];
  return `${lines.join('\n')}\n`;
}

function row(domain: ListedDomain): string {
  return [
    `${padToBytes(domain.name === null ? '(null)' : escapeText(domain.name), 40)} `,
    `${String(domain.domid).padStart(5)} `,
    `${String(kibToMib(domain.memoryKib)).padStart(5)} `,
    `${String(domain.vcpus).padStart(5)}     `,
    `${flags(domain)}  `,
    cpuSeconds(domain.cpuTimeNs).padStart(8),
  ].join('');
}

function verboseColumns(domain: ListedDomain): string {
  const reason = domain.shutdown === undefined ? '-' : reasonCode(domain).toString(16);
  return ` ${domain.uuid} ${reason.padStart(8)} ${'-'.padStart(16)}`;
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

/** printf's `%.1f` of the seconds. xl computes them from a float, so we do. */
function cpuSeconds(nanoseconds: number): string {
  const seconds = Math.fround(nanoseconds) / 1e9;
  // Only quarters lie exactly between two tenths; printf rounds those to the even one.
  return seconds % 1 === 0.25 ? `${Math.floor(seconds)}.2` : seconds.toFixed(1);
}

/** Columns of xl are as wide as printf makes them: it counts bytes. */
function padToBytes(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - Buffer.byteLength(text)));
}
