import type { ListedDomain } from './api.js';
import type { SchedulingParameters, VcpuInfo } from './domain.js';
import type { HostDetails } from './host-details.js';
import type { Domid, Kib, Uuid } from './ids.js';

/** Which domain an answer is about. */
export interface NamedDomain {
  readonly domid: Domid;
  readonly uuid: Uuid;
  /** Null when the store has no name for it. */
  readonly name: string | null;
}

export interface DomainVcpus extends NamedDomain {
  readonly vcpus: readonly VcpuInfo[];
}

export interface VcpuLists {
  /** How many processors the host has: what an affinity to all of them is. */
  readonly hostCpus: number;
  readonly domains: readonly DomainVcpus[];
}

export interface DomainUptime extends NamedDomain {
  /** Whole seconds since it was started. Null when the store does not say since when. */
  readonly seconds: number | null;
}

/** What `xl info` tells of the host. */
export interface HostReport extends HostDetails {
  /** What `uname` says of domain 0. */
  readonly system: {
    readonly host: string;
    readonly release: string;
    readonly version: string;
    readonly machine: string;
  };
}

export interface DomainScheduling extends NamedDomain, SchedulingParameters {}

export interface SchedulingReport {
  readonly pool: string;
  /** The shortest that a vcpu runs before another may take its place, in µs. */
  readonly ratelimitUs: number;
  readonly domains: readonly DomainScheduling[];
}

export interface ConsolePlace {
  readonly domid: Domid;
  readonly uuid: Uuid;
  /** A UNIX socket or a pseudo-terminal. */
  readonly path: string;
}

/** What a domain can be waited for to be. */
export const AWAITED_STATES = [
  /** Neither paused nor shut down. */
  'running',
  'paused',
  /** Stopped by itself, and kept. */
  'shutdown',
  /** All its devices are connected to their back ends. */
  'connected',
  /** No longer on this host. */
  'gone',
] as const;
export type AwaitedState = (typeof AWAITED_STATES)[number];

export interface WaitReply {
  readonly reached: boolean;
  /** As it was last seen; absent when it is not there. */
  readonly domain?: ListedDomain;
}

/** What a domain takes of its host, as `top` shows it. */
export interface DomainLoad extends ListedDomain {
  /** How many it has. */
  readonly disks: number;
  readonly vifs: number;
  /** CPU time of each vcpu in order, in nanoseconds. */
  readonly vcpuTimesNs: readonly number[];
}

export interface LoadReport {
  /** When this was so: milliseconds on a clock that is never set back. */
  readonly atMs: number;
  readonly xenVersion: string;
  readonly cpus: number;
  readonly cpuKhz: number;
  readonly totalMemoryKib: Kib;
  readonly freeMemoryKib: Kib;
  readonly domains: readonly DomainLoad[];
}
