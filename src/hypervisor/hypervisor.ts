import type { Readable, Writable } from 'node:stream';
import type {
  DomainInfo,
  DomainType,
  Domid,
  HostDetails,
  Kib,
  SchedulingParameters,
  ShutdownReason,
  Trigger,
  Uuid,
  VcpuInfo,
} from '../model/index.js';

/** What a domain is created with (`XEN_DOMCTL_createdomain`). */
export interface NewDomain {
  readonly uuid: Uuid;
  readonly type: DomainType;
  readonly maxVcpus: number;
}

/** What a domain may use, set before anything is put into it. */
export interface DomainLimits {
  readonly maxVcpus: number;
  /** Online from the start, as the guest will have them. */
  readonly vcpus: number;
  readonly maxMemoryKib: Kib;
  /** Claimed from the host at once, so that a lack of memory shows before any work is done. */
  readonly memoryKib: Kib;
}

/** The domain's ends of its two event channels to domain 0, not yet bound. */
export interface DomainPorts {
  readonly storePort: number;
  readonly consolePort: number;
}

/** The page frames of the two rings that the guest shares with domain 0; above 2^32 on big hosts. */
export interface DomainRings {
  readonly storeFrame: bigint;
  readonly consoleFrame: bigint;
}

/** What is loaded into a new domain. */
export interface DomainImage {
  readonly kernel: string;
  readonly ramdisk: string | undefined;
  readonly cmdline: string;
}

export interface HostInfo {
  readonly kind: 'embedded' | 'xen';
  readonly totalMemoryKib: Kib;
  readonly freeMemoryKib: Kib;
  readonly cpus: number;
}

/** What a vcpu's processors are to be; what is absent stays as it is. */
export interface VcpuAffinity {
  readonly hard?: readonly number[];
  readonly soft?: readonly number[];
}

/** Where a domain is to be reached from now on: what `INTRODUCE` and the console need. */
export interface DomainChannels {
  readonly ports: DomainPorts;
  readonly rings: DomainRings;
}

/** The state of pre-copy after a round. */
export interface PrecopyRound {
  /** 0 is the round that sends every page. */
  readonly round: number;
  readonly sentPages: number;
  /** Pages written by the guest since they were last sent. */
  readonly dirtyPages: number;
  readonly durationMs: number;
}

export type PrecopyDecision = 'continue' | 'stop-and-copy' | 'abort';

export interface SaveCallbacks {
  /** Told now and then how much of the present round has been sent. */
  onProgress(round: number, sentPages: number, totalPages: number): void;
  /** Asked after each round of pre-copy. */
  decide(round: PrecopyRound): PrecopyDecision;
  /** Must bring the domain to shutdown reason `suspend`; the rest of the memory follows. */
  suspend(): Promise<void>;
}

export interface SaveResult {
  readonly rounds: number;
  readonly sentPages: number;
}

/**
 * What a toolstack asks of a hypervisor. The embedded machine and real Xen both answer it; nothing
 * above this room can tell which. Failures are ToolstackErrors: ESRCH for a domain that is not
 * there, ENOMEM, EINVAL, `host-lost` when the hypervisor itself is gone.
 */
export interface Hypervisor {
  hostInfo(): Promise<HostInfo>;
  /** All that `xl info` prints of the hypervisor. */
  hostDetails(): Promise<HostDetails>;
  /** The hypervisor's own messages, oldest first (`xl dmesg`); `clear` empties the ring after. */
  consoleRing(options: { readonly clear: boolean }): Promise<string>;

  /** All domains, domain 0 included, by domid. */
  domains(): Promise<DomainInfo[]>;
  domain(domid: Domid): Promise<DomainInfo | undefined>;

  /** Makes an empty, paused domain under the next free domid. */
  createDomain(domain: NewDomain): Promise<Domid>;
  /** Sets limits, claims memory (ENOMEM) and allocates the store and console event channels. */
  prepareDomain(domid: Domid, limits: DomainLimits): Promise<DomainPorts>;
  /** Loads a kernel. The domain stays paused. ENOENT, ENOEXEC: the kernel. */
  buildDomain(domid: Domid, image: DomainImage, ports: DomainPorts): Promise<DomainRings>;

  pauseDomain(domid: Domid): Promise<void>;
  unpauseDomain(domid: Domid): Promise<void>;
  /** Lets a domain that was suspended, and not destroyed, go on where it was. */
  resumeDomain(domid: Domid): Promise<void>;
  /** Ends the domain. Returns when it is gone or dying; a domain that is not there is no error. */
  destroyDomain(domid: Domid): Promise<void>;

  /** Every vcpu of a domain, offline ones too, in order. */
  vcpus(domid: Domid): Promise<VcpuInfo[]>;
  /** EINVAL: no such vcpu, or a hard affinity without any processor of the host. */
  setVcpuAffinity(domid: Domid, vcpu: number, affinity: VcpuAffinity): Promise<void>;
  scheduling(domid: Domid): Promise<SchedulingParameters>;
  /** EINVAL for a weight outside 1 to 65535, or a cap beyond what the domain's vcpus can use. */
  setScheduling(domid: Domid, parameters: SchedulingParameters): Promise<void>;
  /**
   * The most that the guest may claim from now on, at any value (`XEN_DOMCTL_max_mem`): what it has
   * above it stays until the guest gives it back.
   */
  setMaxMemory(domid: Domid, size: Kib): Promise<void>;
  /** Acts as if the hardware had (`XEN_DOMCTL_sendtrigger`). EINVAL: no such vcpu. */
  sendTrigger(domid: Domid, trigger: Trigger, vcpu: number): Promise<void>;
  /** Gives the domain another handle (`XEN_DOMCTL_setdomainhandle`). */
  setUuid(domid: Domid, uuid: Uuid): Promise<void>;
  /**
   * Writes a domain's memory as an ELF core (docs/misc/dump-core-format.txt of Xen) and changes
   * nothing. The output is not ended. `cancelled` when the signal is aborted, EIO when the output
   * takes no more.
   */
  dumpCore(domid: Domid, output: Writable, signal: AbortSignal): Promise<void>;
  /**
   * Gives a domain that has shut down a fresh start under its domid (`XEN_DOMCTL_soft_reset`):
   * event channels and grants are gone, memory is kept, it is shut down no longer, but paused. The
   * store must be told: RESUME, then INTRODUCE with the new port. Asked again before the domain has
   * run, it gives the same answer. EINVAL for a domain that has not shut down.
   */
  softReset(domid: Domid): Promise<DomainChannels>;

  /**
   * Sends a domain's memory and vcpus as a libxc image (docs/specs/libxc-migration-stream of Xen):
   * live rounds while it runs, then `suspend`, then the rest. The domain is left suspended.
   * An aborted save leaves the domain as it is and rejects with `cancelled`.
   */
  saveDomain(
    domid: Domid,
    output: Writable,
    callbacks: SaveCallbacks,
    signal: AbortSignal,
  ): Promise<SaveResult>;
  /** Switches off what a save that was interrupted, with its toolstack, left switched on. */
  abandonSave(domid: Domid): Promise<void>;
  /** Fills a prepared domain from such an image. The domain stays paused. */
  restoreDomain(
    domid: Domid,
    input: Readable,
    ports: DomainPorts,
    signal: AbortSignal,
  ): Promise<DomainRings>;

  /**
   * A hash over every page of a domain that does not run, frame by frame; undefined on hosts that
   * cannot give it. Two domains with equal memory have equal digests.
   */
  memoryDigest(domid: Domid): Promise<string | undefined>;

  /** For tests and simulations: makes the domain stop by itself. */
  shutdownDomain(domid: Domid, reason: ShutdownReason): Promise<void>;

  /** Resolves with the reason when the connection to the hypervisor is lost. */
  readonly lost: Promise<Error>;
  close(): void;
}
