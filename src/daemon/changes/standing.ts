import type { Standing } from '../../domain/index.js';
import type { ListedDomain, Plan } from '../../model/index.js';
import type { Toolstack } from '../toolstack.js';
import type { Begun } from './change.js';

/** Queues a change of a domain that stays where it is. The plan is made when its turn has come. */
export function changeOf(
  toolstack: Toolstack,
  { uuid }: ListedDomain,
  { domain, requestedBy }: { readonly domain: string; readonly requestedBy: string },
  plan: (standing: Standing) => Plan | Promise<Plan>,
): Begun {
  return {
    request: {
      uuid,
      requestedBy,
      plan: async () => plan(await toolstack.stand(uuid, domain)),
    },
  };
}
