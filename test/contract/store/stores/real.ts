import { RawClient } from '../raw-client.js';
import { type RealKind, startRealDaemon } from '../real/real-daemon.js';
import type { StoreWithSocket } from '../store-under-test.js';

/** A stock daemon, newly started. */
export async function openReal(kind: RealKind, shimPath: string): Promise<StoreWithSocket> {
  const daemon = await startRealDaemon(kind, shimPath);
  return {
    kind,
    socketPath: daemon.socketPath,
    connect: () => RawClient.open(daemon.socketPath),
    guest: (domid) => RawClient.open(daemon.guestSocketPath(domid)),
    setDomainState: (domid, state) => daemon.setDomainState(domid, state),
    domainsChanged: () => daemon.raiseDomainException(),
    close: () => daemon.stop(),
  };
}
