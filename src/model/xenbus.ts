/** States of either half of a paravirtual device (xen/public/io/xenbus.h). */
export const XenbusState = {
  unknown: 0,
  initialising: 1,
  /** The back end has published its features and waits for the front end. */
  initWait: 2,
  /** The front end has published its ring. */
  initialised: 3,
  connected: 4,
  closing: 5,
  closed: 6,
  reconfiguring: 7,
  reconfigured: 8,
} as const;
export type XenbusState = (typeof XenbusState)[keyof typeof XenbusState];

/** Reads a `state` node. What is missing or no state at all counts as `unknown`, as in Linux. */
export function parseXenbusState(text: string | undefined): XenbusState {
  return text !== undefined && /^[1-8]$/.test(text)
    ? (Number(text) as XenbusState)
    : XenbusState.unknown;
}
