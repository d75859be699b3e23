import type { Duplex } from 'node:stream';
import type { DomainState as SeenState, StoreHost } from '../../../../src/xenstored/daemon.js';
import { duplexPair } from '../../../../src/xenstored/duplex-pair.js';
import type { DomainState } from '../store-under-test.js';

const asSeen: Readonly<Record<DomainState, SeenState>> = {
  running: 'alive',
  shutdown: 'shutdown',
  crashed: 'shutdown',
  dying: 'gone',
  absent: 'gone',
};

/** A hypervisor of which tests say what it says; domains are absent until then. */
export class FakeHypervisor implements StoreHost {
  readonly states = new Map<number, DomainState>();
  readonly #guestEnds = new Map<number, Duplex>();

  domainState(domid: number): SeenState {
    return asSeen[this.states.get(domid) ?? 'absent'];
  }

  connectRing(domid: number): Duplex {
    const [ours, theirs] = duplexPair();
    this.#guestEnds.set(domid, theirs);
    return ours;
  }

  /** The guest's end of the ring that was connected last. */
  guestEnd(domid: number): Duplex {
    const end = this.#guestEnds.get(domid);
    if (end === undefined) throw new Error(`domain ${domid} was not introduced`);
    return end;
  }
}
