import type { Changing, Standing } from '../../domain/index.js';
import type { ListedDomain, Plan } from '../../model/index.js';
import type { Toolstack } from '../toolstack.js';
import type { Begun } from './change.js';

interface Asked {
  /** As the user wrote it. */
  readonly domain: string;
  readonly requestedBy: string;
}

/** Queues a change of a domain that stays where it is. The plan is made when its turn has come. */
export function changeOf(
  toolstack: Toolstack,
  { uuid }: ListedDomain,
  { domain, requestedBy }: Asked,
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

/** The same for a change of its devices. */
export function changeDevicesOf(
  toolstack: Toolstack,
  { uuid, type }: ListedDomain,
  { domain, requestedBy }: Asked,
  plan: (target: Changing) => Plan | Promise<Plan>,
): Begun {
  return {
    request: {
      uuid,
      requestedBy,
      plan: async () => {
        const { domid, name } = await toolstack.locate(uuid, domain);
        return plan({ domid, name, uuid, type });
      },
    },
  };
}
