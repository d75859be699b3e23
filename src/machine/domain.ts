import {
  type DomainInfo,
  type DomainType,
  type Domid,
  type Kib,
  type ShutdownReason,
  ToolstackError,
  type Uuid,
} from '../model/index.js';
import type { EventChannels } from './event-channels.js';
import { GrantTable } from './grant-table.js';
import type { Guest } from './guest/guest.js';
import { GuestMemory, PAGE_SIZE } from './guest-memory.js';

/** A domain as the simulated hypervisor holds it. */
export class MachineDomain {
  readonly domid: Domid;
  readonly uuid: Uuid;
  readonly type: DomainType;
  readonly events: EventChannels;
  readonly grants = new GrantTable();
  maxVcpus: number;
  onlineVcpus = 0;
  maxMemoryKib = 0 as Kib;
  memoryKib = 0 as Kib;
  storePort = 0;
  consolePort = 0;
  guest: Guest | undefined;
  cpuTimeNs = 0;
  #memory: GuestMemory | undefined;
  #paused = true;
  #hasRun = false;
  #shutdown: ShutdownReason | undefined;
  #dying = false;
  #waiting: (() => void)[] = [];

  constructor(identity: {
    domid: Domid;
    uuid: Uuid;
    type: DomainType;
    maxVcpus: number;
    events: EventChannels;
  }) {
    this.domid = identity.domid;
    this.uuid = identity.uuid;
    this.type = identity.type;
    this.maxVcpus = identity.maxVcpus;
    this.events = identity.events;
  }

  /** @throws ToolstackError EINVAL before the domain has been given memory */
  get memory(): GuestMemory {
    if (this.#memory === undefined) {
      throw new ToolstackError('EINVAL', `domain ${this.domid} has no memory yet`);
    }
    return this.#memory;
  }

  allocateMemory(limits: { memoryKib: Kib; maxMemoryKib: Kib }): void {
    this.memoryKib = limits.memoryKib;
    this.maxMemoryKib = limits.maxMemoryKib;
    this.#memory = new GuestMemory(Math.ceil((limits.maxMemoryKib * 1024) / PAGE_SIZE));
  }

  /** The machine frame behind a guest frame: unique on the host, so that it changes on migration. */
  machineFrame(guestFrame: number): bigint {
    return (BigInt(this.domid) << 20n) + BigInt(guestFrame);
  }

  get dying(): boolean {
    return this.#dying;
  }

  get shutdown(): ShutdownReason | undefined {
    return this.#shutdown;
  }

  /** Whether the domain was ever unpaused: from then on its memory is its own. */
  get hasRun(): boolean {
    return this.#hasRun;
  }

  get runnable(): boolean {
    return !this.#paused && this.#shutdown === undefined && !this.#dying;
  }

  /** Resolves once the domain's vcpus may run. For a domain that dies first it never does. */
  whenRunnable(): Promise<void> {
    if (this.runnable) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  setPaused(paused: boolean): void {
    this.#paused = paused;
    if (!paused) this.#hasRun = true;
    this.#wake();
  }

  setShutdown(reason: ShutdownReason | undefined): void {
    this.#shutdown = reason;
    this.#wake();
  }

  setDying(): void {
    this.#dying = true;
    this.#waiting = [];
  }

  info(): DomainInfo {
    return {
      domid: this.domid,
      uuid: this.uuid,
      type: this.type,
      running: this.runnable && this.guest?.busy === true,
      blocked: this.runnable && this.guest?.busy !== true,
      paused: this.#paused,
      shutdown: this.#shutdown,
      dying: this.#dying,
      memoryKib: this.memoryKib,
      maxMemoryKib: this.maxMemoryKib,
      vcpus: this.onlineVcpus,
      cpuTimeNs: this.cpuTimeNs,
    };
  }

  #wake(): void {
    if (!this.runnable) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
