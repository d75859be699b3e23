/** What a vif may send: so many bytes in each interval, as XenStore's `rate` key has it. */
export type VifRate = {
  readonly bytesPerInterval: number;
  readonly intervalUsecs: number;
};

const DEFAULT_INTERVAL_USECS = 50_000n;
const UINT32_MAX = 0xffff_ffffn;
const SCALE: Readonly<Record<string, bigint>> = {
  G: 1_000_000_000n,
  M: 1_000_000n,
  K: 1_000n,
};

/**
 * Reads `RATE/s[@INTERVAL]` (xl-network-configuration(5)): RATE in `GB MB KB B` bytes or
 * `Gb Mb Kb b` bits, powers of 1000; INTERVAL in `us`, `ms` or `s`, seconds when bare, 50 ms when
 * absent.
 *
 * @returns the rate, or what is wrong with it
 */
export function parseRate(text: string): VifRate | string {
  const match = /^([0-9]+)([GMK]?)([Bb])\/s(?:@([0-9]+)([mu]?)s?)?$/.exec(text);
  if (match === null) return `"${text}" is no rate`;
  const [, amount = '', scale = '', unit, interval, intervalUnit] = match;
  const number = BigInt(amount);
  const bytesPerSecond = (number * (SCALE[scale] ?? 1n)) / (unit === 'b' ? 8n : 1n);
  const usecs =
    interval === undefined ? DEFAULT_INTERVAL_USECS : BigInt(interval) * usecsPer(intervalUnit);
  const bytes = (bytesPerSecond * usecs) / 1_000_000n;
  if (number > UINT32_MAX || usecs > UINT32_MAX || bytes > BigInt(Number.MAX_SAFE_INTEGER)) {
    return `the rate "${text}" is too high`;
  }
  if (bytes === 0n) return `the rate "${text}" lets no byte through in an interval`;
  return { bytesPerInterval: Number(bytes), intervalUsecs: Number(usecs) };
}

function usecsPer(unit: string | undefined): bigint {
  if (unit === 'u') return 1n;
  return unit === 'm' ? 1_000n : 1_000_000n;
}
