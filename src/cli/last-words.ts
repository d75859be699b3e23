import { type ErrorCode, ToolstackError } from '../model/index.js';
import { paletteFor } from '../render/colour.js';
import { renderError } from '../render/errors.js';
import { WordedFailure } from './failure.js';

/** Lets `work` fail with what we know of it first, and then what xl says. */
export async function withLastWords<Result>(
  words: (error: ToolstackError) => string,
  work: Promise<Result>,
): Promise<Result> {
  try {
    return await work;
  } catch (thrown) {
    // Of a domain that is not there xl says only that.
    if (!(thrown instanceof ToolstackError)) throw thrown;
    const account = renderError(thrown, paletteFor(process.stderr, process.env));
    throw new WordedFailure(account + words(thrown), thrown);
  }
}

/** libxl's number for a failure (libxl_types.idl): what xl prints as `rc`. */
export function libxlCode(code: ErrorCode): number {
  switch (code) {
    case 'ENOMEM':
      return -5;
    case 'EINVAL':
      return -6;
    case 'ETIMEDOUT':
      return -9;
    case 'ENOTSUP':
      return -10;
    default:
      return -3;
  }
}
