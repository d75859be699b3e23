/** A moment as local ISO 8601 without milliseconds: `2025-11-21T08:43:01`. */
export function localTime(epochMs: number): string {
  const time = new Date(epochMs);
  const two = (value: number) => String(value).padStart(2, '0');
  const date = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-');
  return `${date}T${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':')}`;
}

/** A span for people, in the two units that matter: `12 ms`, `1.5 s`, `2m 05s`, `3h 20m`, `5d 02h`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 3_600) return pair(seconds, 'm', 60, 's');
  const minutes = Math.round(ms / 60_000);
  if (minutes < 24 * 60) return pair(minutes, 'h', 60, 'm');
  return pair(Math.round(minutes / 60), 'd', 24, 'h');
}

function pair(total: number, big: string, perBig: number, small: string): string {
  return `${Math.floor(total / perBig)}${big} ${String(total % perBig).padStart(2, '0')}${small}`;
}
