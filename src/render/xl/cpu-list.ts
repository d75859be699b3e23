/**
 * CPU numbers as xl prints a bitmap of them (print_bitmap of xl_utils.c): `0-3,5`; `all` for all
 * of the host, `none` for none.
 * @param cpus ascending
 */
export function cpuList(cpus: readonly number[], hostCpus: number): string {
  if (cpus.length === 0) return 'none';
  if (cpus.length >= hostCpus) return 'all';
  const ranges: { first: number; last: number }[] = [];
  for (const cpu of cpus) {
    const range = ranges.at(-1);
    if (range !== undefined && range.last === cpu - 1) range.last = cpu;
    else ranges.push({ first: cpu, last: cpu });
  }
  return ranges
    .map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`))
    .join(',');
}
