import { isXenStoreError } from '../xenstore/errors.js';

/** Has the store daemon do something with a domain; nothing where it does not know the domain. */
export async function ifIntroduced(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    // It was never told of the domain, as by another toolstack, or has forgotten it already.
    if (!isXenStoreError(error, 'ENOENT') && !isXenStoreError(error, 'EINVAL')) throw error;
  }
}
