import type { DomainPorts } from '../hypervisor/hypervisor.js';
import {
  DEFAULT_SCHEDULING,
  DOM0,
  type DomainInfo,
  type DomainType,
  type Domid,
  type Kib,
  kib,
  type SchedulingParameters,
  type ShutdownReason,
  ToolstackError,
  type Uuid,
  type VcpuInfo,
} from '../model/index.js';
import type { EventChannels } from './event-channels.js';
import { GrantTable } from './grant-table.js';
import { LEAST_MEMORY_KIB } from './guest/frames.js';
import type { Guest } from './guest/guest.js';
import { GuestMemory, PAGE_SIZE } from './guest-memory.js';
import type { Vcpus } from './vcpus.js';

/** A domain as the simulated hypervisor holds it. */
export class MachineDomain {
  readonly domid: Domid;
  uuid: Uuid;
  readonly type: DomainType;
  readonly events: EventChannels;
  readonly grants = new GrantTable();
  vcpus: Vcpus;
  scheduling: SchedulingParameters = DEFAULT_SCHEDULING;
  maxMemoryKib = 0 as Kib;
  memoryKib = 0 as Kib;
  storePort = 0;
  consolePort = 0;
  guest: Guest | undefined;
  #memory: GuestMemory | undefined;
  #paused = true;
  #hasRun = false;
  #isReset = false;
  #shutdown: ShutdownReason | undefined;
  #dying = false;
  #waiting: (() => void)[] = [];

  constructor(identity: {
    domid: Domid;
    uuid: Uuid;
    type: DomainType;
    vcpus: Vcpus;
    events: EventChannels;
  }) {
    this.domid = identity.domid;
    this.uuid = identity.uuid;
    this.type = identity.type;
    this.vcpus = identity.vcpus;
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

  /** The least that its balloon leaves it. */
  readonly leastKib = kib(LEAST_MEMORY_KIB);

  /** The domain has so much from now on; what it has given back is empty when it claims it again. */
  resize(size: Kib): void {
    this.memoryKib = size;
    this.memory.resize(Math.ceil((size * 1024) / PAGE_SIZE));
  }

  /** Closes every event channel; then opens those of the store and the console to domain 0. */
  allocatePorts(): DomainPorts {
    this.events.closeAll();
    this.storePort = this.events.allocUnbound(DOM0);
    this.consolePort = this.events.allocUnbound(DOM0);
    return this.ports;
  }

  get ports(): DomainPorts {
    return { storePort: this.storePort, consolePort: this.consolePort };
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

  /** Whether the domain was reset softly and has not run since. */
  get isReset(): boolean {
    return this.#isReset;
  }

  get busy(): boolean {
    return this.guest?.busy === true;
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
    if (!paused) {
      this.#hasRun = true;
      this.#isReset = false;
    }
    this.#wake();
  }

  /** Shut down no longer, but paused. */
  setReset(): void {
    this.#isReset = true;
    this.#paused = true;
    this.#shutdown = undefined;
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
      running: this.runnable && this.busy,
      blocked: this.runnable && !this.busy,
      paused: this.#paused,
      shutdown: this.#shutdown,
      dying: this.#dying,
      memoryKib: this.memoryKib,
      maxMemoryKib: this.maxMemoryKib,
      vcpus: this.vcpus.online,
      maxVcpus: this.vcpus.max,
      cpupool: 0,
      cpuTimeNs: this.vcpus.cpuTimeNs,
    };
  }

  vcpuInfos(): VcpuInfo[] {
    return this.vcpus.infos(this.runnable, this.busy);
  }

  #wake(): void {
    if (!this.runnable) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
