import type { Domid, Kib, Uuid } from './ids.js';

/** The kinds of guest that Xen runs (`libxl_domain_type`). */
export const DOMAIN_TYPES = ['pv', 'pvh', 'hvm'] as const;
export type DomainType = (typeof DOMAIN_TYPES)[number];

/** Why a domain stopped by itself (`SHUTDOWN_*`, xen/public/sched.h), in the order of Xen's codes. */
export const SHUTDOWN_REASONS = [
  'poweroff',
  'reboot',
  'suspend',
  'crash',
  'watchdog',
  'soft-reset',
] as const;
export type ShutdownReason = (typeof SHUTDOWN_REASONS)[number];

/** What a hypervisor knows of a domain (`xc_domaininfo_t`). */
export interface DomainInfo {
  readonly domid: Domid;
  /** The handle that the toolstack gave at creation. */
  readonly uuid: Uuid;
  readonly type: DomainType;
  readonly running: boolean;
  readonly blocked: boolean;
  readonly paused: boolean;
  /** Set once the guest has stopped by itself. */
  readonly shutdown: ShutdownReason | undefined;
  readonly dying: boolean;
  readonly memoryKib: Kib;
  readonly maxMemoryKib: Kib;
  /** Online. */
  readonly vcpus: number;
  /** As created: the most that can be brought online. */
  readonly maxVcpus: number;
  /** The number of its CPU pool; 0 is Pool-0. */
  readonly cpupool: number;
  /** CPU time used, in nanoseconds, all vcpus together. */
  readonly cpuTimeNs: number;
}

/** What a hypervisor knows of a virtual CPU (`xen_domctl_getvcpuinfo`, `_vcpuaffinity`). */
export interface VcpuInfo {
  readonly vcpu: number;
  readonly online: boolean;
  readonly blocked: boolean;
  readonly running: boolean;
  /** The processor it runs on, or ran on last. */
  readonly cpu: number;
  readonly cpuTimeNs: number;
  /** Numbers of the processors that it may run on, ascending. */
  readonly hardAffinity: readonly number[];
  /** Those that it runs on best, ascending. */
  readonly softAffinity: readonly number[];
}

/** A domain's share of the processors, as credit2 deals them out. */
export interface SchedulingParameters {
  /** 1 to 65535; a domain of twice the weight gets twice the time. */
  readonly weight: number;
  /** The most that it may use, in percent of one processor; 0 for no limit. */
  readonly cap: number;
}

export const DEFAULT_SCHEDULING: SchedulingParameters = { weight: 256, cap: 0 };
export const MAX_WEIGHT = 65_535;

/** Why an incarnation came to be. */
export type IncarnationCause = 'create' | 'migrate' | 'restore' | 'reboot' | 'preserve' | 'adopt';
/** Why an incarnation ended. */
export type IncarnationEnd = 'destroy' | 'migrate' | 'host-lost' | 'rolled-back' | 'shutdown';

/** What can be sent to a domain from outside (`XEN_DOMCTL_SENDTRIGGER_*`, xen/public/domctl.h). */
export const TRIGGERS = ['nmi', 'reset', 'init', 'power', 'sleep', 's3resume'] as const;
export type Trigger = (typeof TRIGGERS)[number];
