import type { RawClient } from './raw-client.js';

/** Whose behaviour is looked at: ours in any guise, or one of the real daemons. */
export type Kind = 'ours' | 'xenstored' | 'oxenstored';

/** What a hypervisor says of a domain. */
export type DomainState = 'running' | 'shutdown' | 'crashed' | 'dying' | 'absent';

/** A store to be tested, whoever made it. No domain but domain 0 exists until a case says so. */
export interface StoreUnderTest {
  readonly kind: Kind;
  /** A new connection of domain 0. */
  connect(): Promise<RawClient>;
  /** Lets the hypervisor say something else of a domain, without telling the store. */
  setDomainState(domid: number, state: DomainState): void;
  /** Tells the store that some domain has shut down, crashed or died. */
  domainsChanged(): Promise<void>;
  /** The connection of a domain over its ring: one for each INTRODUCE, there is but one ring. */
  guest(domid: number): Promise<RawClient>;
  close(): Promise<void>;
}

/** A store that programs other than these tests can be pointed at. */
export interface StoreWithSocket extends StoreUnderTest {
  readonly socketPath: string;
}
