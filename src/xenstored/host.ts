import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';

export type DomainState = 'alive' | 'shutdown' | 'gone';

/** The hypervisor as the store daemon sees it. */
export interface StoreHost {
  /** `gone` also for a domain that is dying. */
  domainState(domid: number): DomainState;
  /** The transport to a domain's ring; undefined makes INTRODUCE fail with EINVAL. */
  connectRing(domid: number, frame: bigint, port: number): Duplex | undefined;
}

export type StoreLogger = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;
