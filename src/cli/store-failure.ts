import { type ErrorCode, ToolstackError } from '../model/index.js';
import { isXenStoreError, type XenStoreError, type XenStoreErrorCode } from '../xenstore/errors.js';

/** The code of the toolstack that comes nearest; the message names the store's own. */
const nearest: Readonly<Record<XenStoreErrorCode, ErrorCode>> = {
  EINVAL: 'EINVAL',
  EACCES: 'EACCES',
  EEXIST: 'EEXIST',
  EISDIR: 'EINVAL',
  ENOENT: 'ENOENT',
  ENOMEM: 'ENOMEM',
  ENOSPC: 'ENOSPC',
  EIO: 'EIO',
  ENOTEMPTY: 'EINVAL',
  ENOSYS: 'ENOTSUP',
  EROFS: 'EACCES',
  EBUSY: 'EBUSY',
  EAGAIN: 'EAGAIN',
  EISCONN: 'EBUSY',
  E2BIG: 'ENOSPC',
  EPERM: 'EPERM',
  ECANCELED: 'cancelled',
  ECONNREFUSED: 'daemon-unreachable',
  ECONNRESET: 'daemon-unreachable',
  EPROTO: 'EIO',
  ETIMEDOUT: 'ETIMEDOUT',
};

/**
 * Lets a store request fail in the words of the xenstore tools, with the store's reason behind them.
 * @param words `couldn't read path /tool`
 */
export async function inWords<Result>(words: string, request: Promise<Result>): Promise<Result> {
  try {
    return await request;
  } catch (thrown) {
    // A transaction is tried again on EAGAIN, so that must stay what it is.
    if (!isXenStoreError(thrown) || thrown.code === 'EAGAIN') throw thrown;
    throw storeFailure(thrown, words);
  }
}

/** What the store, or the way to it, says no with. */
export function storeFailure(error: XenStoreError, words?: string): ToolstackError {
  const message = error.message.replace(/^xenstore: /, '');
  return new ToolstackError(
    nearest[error.code],
    words === undefined ? message : `${words}: ${reasonIn(message, error.path)}`,
    { cause: error },
  );
}

/** `read /tool: no such node (ENOENT)` without what was asked for. */
function reasonIn(message: string, path: string | undefined): string {
  const end = path === undefined ? -1 : message.indexOf(`${path}: `);
  return end < 0 ? message : message.slice(end + `${path}: `.length);
}
