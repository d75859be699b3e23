import type { DomainScheduling, SchedulingReport } from '../../model/index.js';
import { escapeText } from '../escape.js';
import { column, inLines, nameColumn } from './columns.js';

const HEADER = 'Name                                ID Weight  Cap';

/** The line of a CPU pool in `xl sched-credit2` (sched_credit2_pool_output of xl_sched.c). */
export function renderPoolScheduling({ pool, ratelimitUs }: SchedulingReport): string {
  return `Cpupool ${escapeText(pool)}: ratelimit=${ratelimitUs}us\n`;
}

/** The table of domains in `xl sched-credit2`. */
export function renderScheduling(domains: readonly DomainScheduling[]): string {
  const rows = domains.map(
    ({ name, domid, weight, cap }) =>
      `${nameColumn(name, 33)} ${column(domid, 4)} ${column(weight, 6)} ${column(cap, 4)}`,
  );
  return inLines([HEADER, ...rows]);
}
