/**
 * Why a store request failed. The first group crosses the wire by name (xen/io/xs_wire.h,
 * `xsd_errors`); the second is only ever raised on the client's side.
 */
const explanations = {
  EINVAL: 'invalid argument',
  EACCES: 'permission denied',
  EEXIST: 'it exists already',
  EISDIR: 'is a directory',
  ENOENT: 'no such node, domain or transaction',
  ENOMEM: 'the store is out of memory',
  ENOSPC: 'no space left, or a quota is exhausted',
  EIO: 'input/output error in the store',
  ENOTEMPTY: 'is not empty',
  ENOSYS: 'the store does not know this request',
  EROFS: 'the store is read-only',
  EBUSY: 'busy',
  EAGAIN: 'the transaction collided with another',
  EISCONN: 'already connected',
  E2BIG: 'too big',
  EPERM: 'operation not permitted',

  ECANCELED: 'cancelled',
  ECONNREFUSED: 'no store daemon listens there',
  ECONNRESET: 'the connection to the store is lost',
  EPROTO: 'the store sent something that is not XenStore protocol',
  ETIMEDOUT: 'no answer in time',
} as const;

export type XenStoreErrorCode = keyof typeof explanations;

export interface XenStoreErrorOptions {
  /** The store path the request was about. */
  readonly path?: string | undefined;
  readonly cause?: unknown;
}

/** A failed store request. `message` says what failed, where, and why. */
export class XenStoreError extends Error {
  override readonly name = 'XenStoreError';
  readonly code: XenStoreErrorCode;
  readonly path: string | undefined;

  /** @param what the request in words, for example `write /tool/x` */
  constructor(code: XenStoreErrorCode, what: string, options: XenStoreErrorOptions = {}) {
    super(
      `xenstore: ${what}: ${explanations[code]} (${code})`,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.code = code;
    this.path = options.path;
  }
}

/** The code of that name; undefined for a name that neither side of the protocol knows. */
export function errorCodeByName(name: string): XenStoreErrorCode | undefined {
  return Object.hasOwn(explanations, name) ? (name as XenStoreErrorCode) : undefined;
}

/** Whether `thrown` is a XenStoreError with this code. */
export function isXenStoreError(
  thrown: unknown,
  code?: XenStoreErrorCode,
): thrown is XenStoreError {
  return thrown instanceof XenStoreError && (code === undefined || thrown.code === code);
}

/** What a request gives; undefined where there is no such node. */
export async function unlessMissing<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (isXenStoreError(error, 'ENOENT')) return undefined;
    throw error;
  }
}
