import type { Readable, Writable } from 'node:stream';
import type { DomainInfo, DomainType, Domid, Kib, ShutdownReason, Uuid } from '../model/index.js';

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
