import { type Fate, type FateQuery, type ListedDomain, SHUTDOWN_REASONS } from '../model/index.js';

/** How a domain ended; a stop with the number that Xen has for its reason. */
export type Ended =
  | { readonly state: 'shutdown'; readonly code: number }
  | { readonly state: 'gone' };

/**
 * Waits, as long as it takes, until a domain has stopped or gone.
 * @param gone only until it is gone
 */
export async function awaitFate(
  ask: (query: FateQuery) => Promise<Fate>,
  { domid, uuid }: Pick<ListedDomain, 'domid' | 'uuid'>,
  gone = false,
): Promise<Ended> {
  for (;;) {
    const fate = await ask({ domid, uuid, gone });
    switch (fate.state) {
      case 'shutdown':
        return { state: 'shutdown', code: SHUTDOWN_REASONS.indexOf(fate.reason) };
      case 'gone':
        return fate;
      case 'standing':
    }
  }
}
