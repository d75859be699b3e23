import type { Readable, Writable } from 'node:stream';
import type {
  DomainChannels,
  DomainImage,
  DomainLimits,
  DomainPorts,
  DomainRings,
  HostInfo,
  Hypervisor,
  NewDomain,
  SaveCallbacks,
  SaveResult,
} from '../hypervisor/hypervisor.js';
import type {
  DomainInfo,
  Domid,
  HostDetails,
  Kib,
  SchedulingParameters,
  ShutdownReason,
  Uuid,
  VcpuInfo,
} from '../model/index.js';
import { checkImage } from './check-image.js';
import { ForecastDomains } from './forecast-domains.js';

/** What a new domain commonly gets; the true numbers are known when there is one. */
const PORTS: DomainPorts = { storePort: 1, consolePort: 2 };
const RINGS: DomainRings = { storeFrame: 1n, consoleFrame: 2n };

/**
 * A hypervisor as it would answer: it tells the truth of what there is, remembers what it is asked
 * to change, and does nothing. What can be checked without doing it is checked, so that a dry run
 * fails where the real one would.
 */
export class ForecastHypervisor implements Hypervisor {
  readonly #real: Hypervisor;
  readonly #domains: ForecastDomains;
  readonly lost: Promise<Error>;

  /** @param lastDomid the number that was given last, as far as anybody knows */
  constructor(real: Hypervisor, lastDomid: number) {
    this.#real = real;
    this.#domains = new ForecastDomains(real, lastDomid);
    this.lost = real.lost;
  }

  /** The connection stays open. */
  close(): void {
    return;
  }

  hostInfo(): Promise<HostInfo> {
    return this.#domains.hostInfo();
  }

  hostDetails(): Promise<HostDetails> {
    return this.#real.hostDetails();
  }

  consoleRing(): Promise<string> {
    return this.#real.consoleRing({ clear: false });
  }

  domains(): Promise<DomainInfo[]> {
    return this.#domains.all();
  }

  domain(domid: Domid): Promise<DomainInfo | undefined> {
    return this.#domains.find(domid);
  }

  createDomain(domain: NewDomain): Promise<Domid> {
    return this.#domains.create(domain);
  }

  async prepareDomain(domid: Domid, limits: DomainLimits): Promise<DomainPorts> {
    await this.#domains.claim(domid, limits);
    return PORTS;
  }

  async buildDomain(domid: Domid, image: DomainImage): Promise<DomainRings> {
    await this.#domains.get(domid);
    await checkImage(image);
    return RINGS;
  }

  async pauseDomain(domid: Domid): Promise<void> {
    await this.#domains.change(domid, { paused: true, running: false });
  }

  async unpauseDomain(domid: Domid): Promise<void> {
    await this.#domains.change(domid, { paused: false });
  }

  async resumeDomain(domid: Domid): Promise<void> {
    await this.#domains.change(domid, { shutdown: undefined });
  }

  async destroyDomain(domid: Domid): Promise<void> {
    this.#domains.remove(domid);
  }

  async shutdownDomain(domid: Domid, reason: ShutdownReason): Promise<void> {
    await this.#domains.change(domid, { shutdown: reason, running: false });
  }

  async softReset(domid: Domid): Promise<DomainChannels> {
    await this.#domains.change(domid, { shutdown: undefined, paused: true });
    return { ports: PORTS, rings: RINGS };
  }

  async setUuid(domid: Domid, uuid: Uuid): Promise<void> {
    await this.#domains.change(domid, { uuid });
  }

  async setMaxMemory(domid: Domid, size: Kib): Promise<void> {
    await this.#domains.change(domid, { maxMemoryKib: size });
  }

  vcpus(domid: Domid): Promise<VcpuInfo[]> {
    return this.#real.vcpus(domid);
  }

  scheduling(domid: Domid): Promise<SchedulingParameters> {
    return this.#real.scheduling(domid);
  }

  async setVcpuAffinity(domid: Domid): Promise<void> {
    await this.#domains.get(domid);
  }

  async setScheduling(domid: Domid): Promise<void> {
    await this.#domains.get(domid);
  }

  async sendTrigger(domid: Domid): Promise<void> {
    await this.#domains.get(domid);
  }

  async dumpCore(domid: Domid): Promise<void> {
    await this.#domains.get(domid);
  }

  /** As if the guest had been suspended with all its memory sent. */
  async saveDomain(domid: Domid, _output: Writable, callbacks: SaveCallbacks): Promise<SaveResult> {
    await this.#domains.get(domid);
    await callbacks.suspend();
    return { rounds: 0, sentPages: 0 };
  }

  async abandonSave(): Promise<void> {
    return;
  }

  async restoreDomain(domid: Domid, _input: Readable): Promise<DomainRings> {
    await this.#domains.get(domid);
    return RINGS;
  }

  memoryDigest(): Promise<string | undefined> {
    return Promise.resolve(undefined);
  }
}
