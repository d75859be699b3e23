import type { Kib } from './ids.js';

/** A host as its hypervisor describes it (`xen_sysctl_physinfo`, `XENVER_*`). */
export interface HostDetails {
  readonly nrCpus: number;
  readonly maxCpuId: number;
  readonly nrNodes: number;
  readonly coresPerSocket: number;
  readonly threadsPerCore: number;
  readonly cpuKhz: number;
  /** Eight words of CPUID leaves, eight hexadecimal digits each, with colons between. */
  readonly hwCaps: string;
  /** What kinds of domain it can run, as `xl info` names them: pv, hvm, hap … */
  readonly virtCaps: readonly string[];
  readonly totalMemoryKib: Kib;
  readonly freeMemoryKib: Kib;
  readonly outstandingClaimsKib: Kib;
  readonly sharingFreedKib: Kib;
  readonly sharingUsedKib: Kib;
  /** Processors in no CPU pool. */
  readonly freeCpus: number;
  readonly scheduler: string;
  readonly xen: XenVersion;
}

/** Which Xen it is. */
export interface XenVersion {
  readonly major: number;
  readonly minor: number;
  /** What follows `4.17`: `.5`. */
  readonly extra: string;
  /** The kinds of kernel that it boots, each followed by a blank. */
  readonly capabilities: string;
  readonly pageSize: number;
  /** Where its own address space begins: hexadecimal, `0x` first. */
  readonly platformParameters: string;
  readonly changeset: string;
  readonly commandline: string;
  readonly compiler: string;
  readonly compileBy: string;
  readonly compileDomain: string;
  readonly compileDate: string;
  readonly buildId: string;
}
