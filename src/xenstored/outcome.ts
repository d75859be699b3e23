import type { XenStoreErrorCode } from '../xenstore/errors.js';

/** A request's failure. There is one object per code, so outcomes compare by `===`. */
export class Failure {
  readonly code: XenStoreErrorCode;
  constructor(code: XenStoreErrorCode) {
    this.code = code;
  }
}

/** The payload of a reply, one byte per character, or why there is none. */
export type Outcome = string | Failure;

export const OK = 'OK\0';

const failures = new Map<XenStoreErrorCode, Failure>();

export function failure(code: XenStoreErrorCode): Failure {
  let known = failures.get(code);
  if (known === undefined) {
    known = new Failure(code);
    failures.set(code, known);
  }
  return known;
}
