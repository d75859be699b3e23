import type { DomainLoad, LoadReport } from '../../model/index.js';
import { escapeText } from '../escape.js';
import { column, inLines } from './columns.js';

const NAME_WIDTH = 10;
/** Counters of packets and sectors are the drivers': none of them is asked. */
const UNKNOWN_COUNT = 0;

export interface TopOptions {
  /** Names in full (`-f`), not their first ten bytes. */
  readonly fullNames: boolean;
  /** The time of each vcpu below its domain (`-v`). */
  readonly vcpus: boolean;
}

/**
 * The table that xentop prints in batch mode (xentop.c), domains by domid.
 * @param before the look before, which CPU(%) is measured from; none for the first
 */
export function renderTop(
  now: LoadReport,
  before: LoadReport | undefined,
  { fullNames, vcpus }: TopOptions,
): string {
  const names = now.domains.map(({ name }) => (name === null ? '(null)' : escapeText(name)));
  const width = fullNames ? Math.max(NAME_WIDTH, ...names.map((name) => name.length)) : NAME_WIDTH;
  const rows = now.domains.flatMap((domain, index) => [
    [column((names[index] ?? '').slice(0, width), width), ...cells(domain, now, before)].join(' '),
    ...(vcpus ? [vcpuRow(domain)] : []),
  ]);
  return inLines([`${column('NAME', width)} ${HEADINGS}`, ...rows]);
}

/** What stands above the table on a terminal. */
export function renderTopSummary({ domains, ...host }: LoadReport, clock: Date): string {
  const count = (test: (domain: DomainLoad) => boolean): number => domains.filter(test).length;
  const hands = clock.toTimeString().slice(0, 8);
  const used = host.totalMemoryKib - host.freeMemoryKib;
  const mhz = Math.round(host.cpuKhz / 1000);
  return inLines([
    `xentop - ${hands}   Xen ${escapeText(host.xenVersion)}`,
    `${domains.length} domains: ${count(({ running }) => running)} running, ` +
      `${count(({ blocked }) => blocked)} blocked, ${count(({ paused }) => paused)} paused, ` +
      `${count(({ shutdown }) => shutdown === 'crash')} crashed, ` +
      `${count(({ dying }) => dying)} dying, ` +
      `${count(({ shutdown }) => shutdown !== undefined)} shutdown `,
    `Mem: ${host.totalMemoryKib}k total, ${used}k used, ${host.freeMemoryKib}k free    ` +
      `CPUs: ${host.cpus} @ ${mhz}MHz`,
  ]);
}

const HEADINGS =
  ' STATE   CPU(sec) CPU(%)     MEM(k) MEM(%)  MAXMEM(k) MAXMEM(%) VCPUS NETS NETTX(k) NETRX(k)' +
  ' VBDS   VBD_OO   VBD_RD   VBD_WR  VBD_RSECT  VBD_WSECT SSID';

function cells(domain: DomainLoad, now: LoadReport, before: LoadReport | undefined): string[] {
  const share = (size: number): string => ((size / now.totalMemoryKib) * 100).toFixed(1);
  const isLimited = domain.maxMemoryKib <= now.totalMemoryKib;
  return [
    state(domain),
    column(Math.floor(domain.cpuTimeNs / 1e9), 10),
    column(cpuPercent(domain, now, before).toFixed(1), 6),
    column(domain.memoryKib, 10),
    column(share(domain.memoryKib), 6),
    column(isLimited ? domain.maxMemoryKib : 'no limit', 10),
    column(isLimited ? share(domain.maxMemoryKib) : 'n/a', 9),
    column(domain.vcpus, 5),
    column(domain.vifs, 4),
    column(UNKNOWN_COUNT, 8),
    column(UNKNOWN_COUNT, 8),
    column(domain.disks, 4),
    ...[8, 8, 8, 10, 10, 4].map((width) => column(UNKNOWN_COUNT, width)),
  ];
}

function state({ dying, shutdown, blocked, paused, running }: DomainLoad): string {
  const isCrash = shutdown === 'crash';
  return [
    dying ? 'd' : '-',
    shutdown === undefined || isCrash ? '-' : 's',
    blocked ? 'b' : '-',
    isCrash ? 'c' : '-',
    paused ? 'p' : '-',
    running ? 'r' : '-',
  ].join('');
}

/** Of one processor since the look before: 200 is two of them. */
function cpuPercent(domain: DomainLoad, now: LoadReport, before: LoadReport | undefined): number {
  const earlier = before?.domains.find(
    ({ domid, uuid }) => domid === domain.domid && uuid === domain.uuid,
  );
  if (before === undefined || earlier === undefined || now.atMs <= before.atMs) return 0;
  const usedMs = (domain.cpuTimeNs - earlier.cpuTimeNs) / 1e6;
  return Math.max(0, (usedMs / (now.atMs - before.atMs)) * 100);
}

function vcpuRow({ vcpuTimesNs }: DomainLoad): string {
  const cells = vcpuTimesNs.map(
    (time, index) => ` ${column(index, 2)}: ${column(Math.floor(time / 1e9), 10)}s`,
  );
  return `VCPUs(sec): ${cells.join('')}`;
}
