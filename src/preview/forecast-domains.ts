import type { DomainLimits, HostInfo, Hypervisor, NewDomain } from '../hypervisor/hypervisor.js';
import { type DomainInfo, type Domid, kib, kibToMib, ToolstackError } from '../model/index.js';

/** The domains that there would be. */
export class ForecastDomains {
  readonly #real: Hypervisor;
  readonly #changed = new Map<Domid, DomainInfo>();
  readonly #removed = new Set<Domid>();
  #lastDomid: number;

  constructor(real: Hypervisor, lastDomid: number) {
    this.#real = real;
    this.#lastDomid = lastDomid;
  }

  async all(): Promise<DomainInfo[]> {
    const real = (await this.#real.domains()).filter(({ domid }) => !this.#changed.has(domid));
    return [...real, ...this.#changed.values()]
      .filter(({ domid }) => !this.#removed.has(domid))
      .sort((one, other) => one.domid - other.domid);
  }

  async find(domid: Domid): Promise<DomainInfo | undefined> {
    if (this.#removed.has(domid)) return undefined;
    return this.#changed.get(domid) ?? this.#real.domain(domid);
  }

  /** @throws ToolstackError ESRCH */
  async get(domid: Domid): Promise<DomainInfo> {
    const domain = await this.find(domid);
    if (domain !== undefined) return domain;
    throw new ToolstackError('ESRCH', `the hypervisor has no domain ${domid}`);
  }

  async change(domid: Domid, change: Partial<DomainInfo>): Promise<void> {
    this.#changed.set(domid, { ...(await this.get(domid)), ...change });
  }

  remove(domid: Domid): void {
    this.#removed.add(domid);
  }

  /** Numbers count up: the next one is after all that were given. */
  async create({ uuid, type, maxVcpus }: NewDomain): Promise<Domid> {
    const last = Math.max(this.#lastDomid, ...(await this.all()).map(({ domid }) => domid));
    const domid = (last + 1) as Domid;
    this.#lastDomid = domid;
    this.#changed.set(domid, {
      domid,
      uuid,
      type,
      maxVcpus,
      vcpus: 0,
      running: false,
      blocked: false,
      paused: true,
      shutdown: undefined,
      dying: false,
      memoryKib: kib(0),
      maxMemoryKib: kib(0),
      cpupool: 0,
      cpuTimeNs: 0,
    });
    return domid;
  }

  /** @throws ToolstackError ENOMEM */
  async claim(domid: Domid, limits: DomainLimits): Promise<void> {
    const { maxVcpus, vcpus, maxMemoryKib, memoryKib } = limits;
    const { freeMemoryKib } = await this.hostInfo();
    if (memoryKib > freeMemoryKib) {
      const [free, needed] = [kibToMib(freeMemoryKib), kibToMib(memoryKib)];
      throw new ToolstackError(
        'ENOMEM',
        `the host has ${free} MiB free, the domain needs ${needed} MiB`,
        { suggestions: ['Give the domain less memory, or destroy or shrink another one.'] },
      );
    }
    await this.change(domid, { maxVcpus, vcpus, maxMemoryKib, memoryKib });
  }

  async hostInfo(): Promise<HostInfo> {
    const [host, real, forecast] = await Promise.all([
      this.#real.hostInfo(),
      this.#real.domains(),
      this.all(),
    ]);
    const taken = memoryOf(forecast) - memoryOf(real);
    return { ...host, freeMemoryKib: kib(Math.max(0, host.freeMemoryKib - taken)) };
  }
}

function memoryOf(domains: readonly DomainInfo[]): number {
  return domains.reduce((sum, { memoryKib }) => sum + memoryKib, 0);
}
