/** Milliseconds since the epoch, finer than Date.now() and comparable between processes. */
export function preciseNow(): number {
  return performance.timeOrigin + performance.now();
}

/** Milliseconds with one decimal. */
export function roundMs(ms: number): number {
  return Math.round(ms * 10) / 10;
}
