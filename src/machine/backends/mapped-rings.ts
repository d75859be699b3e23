import { type Domid, ToolstackError } from '../../model/index.js';
import type { XenStoreClient } from '../../xenstore/client.js';
import type { BackEndHome } from './back-end-kind.js';

/** The pages and event channels of a front end, as long as its back end uses them. */
export interface MappedRings {
  unmap(): void;
}

/**
 * Maps what a front end has published. The front end is not trusted: each number is checked, and
 * the hypervisor refuses what was not granted to the back end's domain.
 * @throws ToolstackError EINVAL, EPERM; ESRCH for a domain that is going
 */
export async function mapGrants(
  { domid, events, store, hypervisor }: BackEndHome,
  front: {
    readonly path: string;
    readonly domid: Domid;
    readonly ringNodes: readonly string[];
    readonly channelNodes: readonly string[];
  },
): Promise<MappedRings> {
  const domain = hypervisor.get(front.domid);
  // A dying domain stays as long as it is mapped: it is not to be held on to any longer.
  if (domain.dying) throw new ToolstackError('ESRCH', `domain ${front.domid} is dying`);
  const refs: number[] = [];
  const ports: number[] = [];
  const unmap = (): void => {
    for (const port of ports) events.close(port);
    for (const ref of refs) domain.grants.unmap(ref);
    hypervisor.reap(front.domid);
  };
  try {
    for (const node of front.ringNodes) {
      const ref = await readNumber(store, `${front.path}/${node}`);
      domain.grants.map(ref, domid);
      refs.push(ref);
    }
    for (const node of front.channelNodes) {
      const remotePort = await readNumber(store, `${front.path}/${node}`);
      ports.push(events.bindInterdomain(front.domid, remotePort, () => undefined));
    }
  } catch (error) {
    unmap();
    throw error;
  }
  return { unmap };
}

async function readNumber(store: XenStoreClient, path: string): Promise<number> {
  const text = await store.maybeRead(path);
  if (text === undefined || !/^\d{1,10}$/.test(text)) {
    throw new ToolstackError('EINVAL', `the front end left no number in ${path}`);
  }
  return Number(text);
}
