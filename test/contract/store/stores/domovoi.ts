import { join } from 'node:path';
import { StoreDaemon } from '../../../../src/xenstored/daemon.js';
import { temporaryDirectory } from '../../../xenstored/helpers/daemon.js';
import { RawClient } from '../raw-client.js';
import type { StoreWithSocket } from '../store-under-test.js';
import { FakeHypervisor } from './hypervisor.js';

/** Our daemon with its log; domains come over their sockets, or within the process. */
export async function openDomovoi(over: 'socket' | 'process'): Promise<StoreWithSocket> {
  const { path: dir, remove } = temporaryDirectory();
  const hypervisor = new FakeHypervisor();
  const daemon = await StoreDaemon.open({ dir, host: hypervisor });
  const socketPath = join(dir, 'socket');
  await daemon.listen(socketPath);
  return {
    kind: 'ours',
    socketPath,
    connect: async () =>
      over === 'socket' ? RawClient.open(socketPath) : new RawClient(daemon.connectLocal(0)),
    guest: async (domid) =>
      over === 'socket'
        ? RawClient.open(join(dir, 'domain', String(domid)))
        : new RawClient(hypervisor.guestEnd(domid)),
    setDomainState: (domid, state) => {
      hypervisor.states.set(domid, state);
    },
    domainsChanged: async () => daemon.domainsChanged(),
    close: async () => {
      await daemon.close();
      remove();
    },
  };
}
