import type { DomainUptime } from '../../model/index.js';
import { escapeText } from '../escape.js';
import { column, inLines, nameColumn } from './columns.js';

const HEADER = 'Name                                ID Uptime';

/** A domain whose start is known. */
type Timed = DomainUptime & { readonly seconds: number };

/** Whether it is known since when a domain runs. */
export function isTimed(domain: DomainUptime): domain is Timed {
  return domain.seconds !== null;
}

/** What `xl uptime` prints (print_uptime of xl_misc.c). */
export function renderUptimes(domains: readonly Timed[]): string {
  const rows = domains.map(
    ({ name, domid, seconds }) =>
      `${nameColumn(name, 33)} ${column(domid, 4)} ${days(seconds)}${clock(seconds)}`,
  );
  return inLines([HEADER, ...rows]);
}

/**
 * What `xl uptime -s` prints.
 * @param now of which the clock's hands are shown
 */
export function renderShortUptimes(domains: readonly Timed[], now: Date): string {
  const hands = [now.getHours(), now.getMinutes(), now.getSeconds()].map(twoDigits).join(':');
  return inLines(
    domains.map(({ name, domid, seconds }) => {
      const shown = name === null ? '(null)' : escapeText(name);
      return ` ${hands} up ${days(seconds)}${clock(seconds).slice(0, -3)}, ${shown} (${domid})`;
    }),
  );
}

function days(seconds: number): string {
  const whole = Math.floor(seconds / 86_400);
  if (whole === 0) return '';
  return whole === 1 ? '1 day, ' : `${whole} days, `;
}

/** `%2d:%02d:%02d` */
function clock(seconds: number): string {
  const hours = Math.floor((seconds % 86_400) / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return `${column(hours, 2)}:${twoDigits(minutes)}:${twoDigits(seconds % 60)}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
