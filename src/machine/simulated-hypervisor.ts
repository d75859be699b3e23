import type { DomainLimits, DomainPorts, HostInfo, NewDomain } from '../hypervisor/hypervisor.js';
import type { HostDetails } from '../model/index.js';
import {
  DOM0,
  type DomainInfo,
  type Domid,
  FIRST_RESERVED_DOMID,
  type Kib,
  kib,
  kibToMib,
  type ShutdownReason,
  ToolstackError,
} from '../model/index.js';
import { MachineDomain } from './domain.js';
import { DOM0_MEMORY_KIB, Domain0 } from './domain0.js';
import { EventChannels } from './event-channels.js';
import { bootMessages, describeHost } from './host-description.js';
import { MessageRing } from './message-ring.js';
import { Vcpus } from './vcpus.js';

export interface HostSize {
  readonly totalMemoryKib: Kib;
  readonly cpus: number;
}

/** Remembers, over restarts of the machine, which domid comes next. */
export interface DomidCounter {
  get(): number;
  set(next: number): void;
}

/** The domains of the embedded machine and what they may do: Xen, without the hardware. */
export class SimulatedHypervisor {
  readonly #size: HostSize;
  readonly #domids: DomidCounter;
  readonly #domains = new Map<Domid, MachineDomain>();
  readonly #listeners = new Set<(domid: Domid) => void>();
  readonly #dom0: Domain0;
  readonly dom0Events: EventChannels;
  readonly messages = new MessageRing();
  readonly startedAt = Date.now();

  constructor(size: HostSize, domids: DomidCounter) {
    if (size.totalMemoryKib <= DOM0_MEMORY_KIB) {
      throw new ToolstackError(
        'EINVAL',
        `a host of ${kibToMib(size.totalMemoryKib)} MiB has no room beside domain 0's ${kibToMib(DOM0_MEMORY_KIB)} MiB`,
      );
    }
    this.#size = size;
    this.#domids = domids;
    this.#dom0 = new Domain0(size.cpus);
    this.dom0Events = new EventChannels(DOM0, (domid) => this.#eventsOf(domid));
    for (const message of bootMessages(this.hostInfo())) this.messages.add(message);
  }

  /** Calls `listener` whenever a domain has stopped, died or gone (`VIRQ_DOM_EXC`). */
  onDomainException(listener: (domid: Domid) => void): void {
    this.#listeners.add(listener);
  }

  hostInfo(): HostInfo {
    return {
      kind: 'embedded',
      totalMemoryKib: this.#size.totalMemoryKib,
      freeMemoryKib: this.#freeMemory(),
      cpus: this.#size.cpus,
    };
  }

  hostDetails(): HostDetails {
    return describeHost(this.hostInfo());
  }

  domains(): DomainInfo[] {
    const guests = [...this.#domains.values()].sort((a, b) => a.domid - b.domid);
    return [this.#dom0.info(), ...guests.map((domain) => domain.info())];
  }

  domain(domid: Domid): DomainInfo | undefined {
    return domid === DOM0 ? this.#dom0.info() : this.#domains.get(domid)?.info();
  }

  /** @throws ToolstackError ESRCH */
  get(domid: Domid): MachineDomain {
    const domain = this.#domains.get(domid);
    if (domain === undefined) {
      throw new ToolstackError('ESRCH', `the hypervisor has no domain ${domid}`);
    }
    return domain;
  }

  find(domid: Domid): MachineDomain | undefined {
    return this.#domains.get(domid);
  }

  /** A domain, domain 0 included, as far as both are alike. @throws ToolstackError ESRCH */
  anyDomain(domid: Domid): MachineDomain | Domain0 {
    return domid === DOM0 ? this.#dom0 : this.get(domid);
  }

  createDomain({ uuid, type, maxVcpus }: NewDomain): Domid {
    const domid = this.#nextDomid();
    const events = new EventChannels(domid, (peer) => this.#eventsOf(peer));
    const vcpus = new Vcpus(maxVcpus, 0, this.#size.cpus);
    this.#domains.set(domid, new MachineDomain({ domid, uuid, type, vcpus, events }));
    this.messages.add(`d${domid}: created, ${type}, ${uuid}`);
    return domid;
  }

  /**
   * May be called again as long as nothing was built in the domain.
   * @throws ToolstackError ENOMEM, saying how much there is; EBUSY
   */
  prepareDomain(domid: Domid, limits: DomainLimits): DomainPorts {
    const domain = this.get(domid);
    if (domain.dying || domain.guest !== undefined) {
      throw new ToolstackError('EBUSY', `domain ${domid} is past being prepared`);
    }
    const free = this.#freeMemory() + domain.memoryKib;
    if (limits.memoryKib > free) {
      throw new ToolstackError(
        'ENOMEM',
        `the host has ${kibToMib(kib(free))} MiB free, the domain needs ${kibToMib(limits.memoryKib)} MiB`,
        { suggestions: ['Give the domain less memory, or destroy or shrink another one.'] },
      );
    }
    domain.vcpus = new Vcpus(limits.maxVcpus, limits.vcpus, this.#size.cpus);
    domain.allocateMemory(limits);
    return domain.allocatePorts();
  }

  /**
   * A domain gives memory back, or claims more: as much of it as its limit and the host allow, as
   * `XENMEM_populate_physmap` gives what there is. Less than a kernel needs is not given back.
   */
  resizeDomain(domid: Domid, wanted: Kib): void {
    const domain = this.anyDomain(domid);
    const { memoryKib: current, maxMemoryKib: limit } = domain;
    if (wanted < current) domain.resize(kib(Math.max(wanted, Math.min(domain.leastKib, current))));
    if (wanted <= current) return;
    const most = Math.min(wanted, limit, current + this.#freeMemory());
    if (most > current) domain.resize(kib(most));
  }

  pauseDomain(domid: Domid): void {
    this.get(domid).setPaused(true);
  }

  unpauseDomain(domid: Domid): void {
    this.get(domid).setPaused(false);
  }

  /** A domain stops by itself. One that has stopped keeps its reason, as in `domain_shutdown` of Xen. */
  shutdownDomain(domid: Domid, reason: ShutdownReason): void {
    const domain = this.get(domid);
    if (domain.shutdown !== undefined || domain.dying) return;
    domain.setShutdown(reason);
    this.messages.add(`d${domid}: shut down, ${reason}`);
    this.#raiseException(domid);
  }

  /** The suspend hypercall returns 1, cancelled, and the guest goes on. @throws EINVAL */
  resumeDomain(domid: Domid): void {
    const domain = this.get(domid);
    if (domain.shutdown !== 'suspend') {
      throw new ToolstackError('EINVAL', `domain ${domid} is not suspended`);
    }
    domain.setShutdown(undefined);
  }

  /** Ends a domain. It stays, dying, as long as another domain has pages of it mapped. */
  destroyDomain(domid: Domid): void {
    const domain = this.#domains.get(domid);
    if (domain === undefined || domain.dying) return;
    domain.setDying();
    domain.guest?.stop();
    domain.events.closeAll();
    this.reap(domid);
    this.#raiseException(domid);
  }

  /** Lets a dying domain go when nothing holds its pages any more. */
  reap(domid: Domid): void {
    const domain = this.#domains.get(domid);
    if (!domain?.dying || domain.grants.mapped > 0) return;
    this.#domains.delete(domid);
    this.messages.add(`d${domid}: gone`);
  }

  #raiseException(domid: Domid): void {
    for (const listener of this.#listeners) listener(domid);
  }

  #eventsOf(domid: Domid): EventChannels | undefined {
    return domid === DOM0 ? this.dom0Events : this.#domains.get(domid)?.events;
  }

  #freeMemory(): Kib {
    let used: number = this.#dom0.memoryKib;
    for (const domain of this.#domains.values()) used += domain.memoryKib;
    return kib(this.#size.totalMemoryKib - used);
  }

  /** Counts up and starts again at 1 before Xen's reserved numbers, as `do_domctl` does. */
  #nextDomid(): Domid {
    const last = FIRST_RESERVED_DOMID - 1;
    let candidate = this.#domids.get();
    for (let tried = 0; tried < last; tried += 1) {
      if (candidate < 1 || candidate > last) candidate = 1;
      const domid = candidate as Domid;
      candidate += 1;
      if (!this.#domains.has(domid)) {
        this.#domids.set(candidate);
        return domid;
      }
    }
    throw new ToolstackError('ENOMEM', 'every domid is in use');
  }
}
