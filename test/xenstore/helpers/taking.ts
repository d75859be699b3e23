import type { Watch } from '../../../src/xenstore/client.js';

/** Takes the path of the next event each time it is called; undefined at the end. */
export function taking(watch: Watch): () => Promise<string | undefined> {
  const events = watch[Symbol.asyncIterator]();
  return async () => {
    const result = await events.next();
    return result.done === true ? undefined : result.value.path;
  };
}
