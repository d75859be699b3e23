import type { Readable, Writable } from 'node:stream';
import type {
  DomainInfo,
  Domid,
  HostDetails,
  Kib,
  SchedulingParameters,
  ShutdownReason,
  Trigger,
  Uuid,
  VcpuInfo,
} from '../../model/index.js';
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
  VcpuAffinity,
} from '../hypervisor.js';
import { HypercallConnection } from './connection.js';
import { dumpCore } from './dump-core.js';
import type { RingsJson } from './hypercalls.js';
import { restoreDomain } from './restore.js';
import { saveDomain } from './save.js';

/** The embedded machine, as a toolstack sees it. */
export class EmbeddedHypervisor implements Hypervisor {
  readonly #machine: HypercallConnection;

  private constructor(machine: HypercallConnection) {
    this.#machine = machine;
  }

  /** @throws ToolstackError host-lost */
  static async connect(socketPath: string): Promise<EmbeddedHypervisor> {
    return new EmbeddedHypervisor(await HypercallConnection.connect(socketPath));
  }

  get lost(): Promise<Error> {
    return this.#machine.lost;
  }

  close(): void {
    this.#machine.close();
  }

  async hostInfo(): Promise<HostInfo> {
    return (await this.#machine.call('hostInfo', {})).result;
  }

  async hostDetails(): Promise<HostDetails> {
    return (await this.#machine.call('hostDetails', {})).result;
  }

  async consoleRing(options: { readonly clear: boolean }): Promise<string> {
    return (await this.#machine.call('consoleRing', options)).result.text;
  }

  async domains(): Promise<DomainInfo[]> {
    return [...(await this.#machine.call('domains', {})).result];
  }

  async domain(domid: Domid): Promise<DomainInfo | undefined> {
    return (await this.#machine.call('domain', { domid })).result.domain ?? undefined;
  }

  async createDomain(domain: NewDomain): Promise<Domid> {
    return (await this.#machine.call('create', domain)).result.domid;
  }

  async prepareDomain(domid: Domid, limits: DomainLimits): Promise<DomainPorts> {
    return (await this.#machine.call('prepare', { domid, ...limits })).result;
  }

  async buildDomain(domid: Domid, image: DomainImage, _ports: DomainPorts): Promise<DomainRings> {
    return parseRings((await this.#machine.call('build', { domid, image })).result);
  }

  async pauseDomain(domid: Domid): Promise<void> {
    await this.#machine.call('pause', { domid });
  }

  async unpauseDomain(domid: Domid): Promise<void> {
    await this.#machine.call('unpause', { domid });
  }

  async resumeDomain(domid: Domid): Promise<void> {
    await this.#machine.call('resume', { domid });
  }

  async destroyDomain(domid: Domid): Promise<void> {
    await this.#machine.call('destroy', { domid });
  }

  async shutdownDomain(domid: Domid, reason: ShutdownReason): Promise<void> {
    await this.#machine.call('shutdown', { domid, reason });
  }

  async vcpus(domid: Domid): Promise<VcpuInfo[]> {
    return [...(await this.#machine.call('vcpus', { domid })).result];
  }

  async setVcpuAffinity(domid: Domid, vcpu: number, affinity: VcpuAffinity): Promise<void> {
    await this.#machine.call('setVcpuAffinity', { domid, vcpu, affinity });
  }

  async scheduling(domid: Domid): Promise<SchedulingParameters> {
    return (await this.#machine.call('scheduling', { domid })).result;
  }

  async setScheduling(domid: Domid, parameters: SchedulingParameters): Promise<void> {
    await this.#machine.call('setScheduling', { domid, ...parameters });
  }

  async setMaxMemory(domid: Domid, size: Kib): Promise<void> {
    await this.#machine.call('setMaxMemory', { domid, size });
  }

  async sendTrigger(domid: Domid, trigger: Trigger, vcpu: number): Promise<void> {
    await this.#machine.call('trigger', { domid, trigger, vcpu });
  }

  async setUuid(domid: Domid, uuid: Uuid): Promise<void> {
    await this.#machine.call('setUuid', { domid, uuid });
  }

  dumpCore(domid: Domid, output: Writable, signal: AbortSignal): Promise<void> {
    return dumpCore(this.#machine, domid, output, signal);
  }

  async softReset(domid: Domid): Promise<DomainChannels> {
    const { ports, rings } = (await this.#machine.call('softReset', { domid })).result;
    return { ports, rings: parseRings(rings) };
  }

  saveDomain(
    domid: Domid,
    output: Writable,
    callbacks: SaveCallbacks,
    signal: AbortSignal,
  ): Promise<SaveResult> {
    return saveDomain(this.#machine, domid, output, callbacks, signal);
  }

  async abandonSave(domid: Domid): Promise<void> {
    await this.#machine.call('logDirty', { domid, enable: false });
  }

  async restoreDomain(
    domid: Domid,
    input: Readable,
    _ports: DomainPorts,
    signal: AbortSignal,
  ): Promise<DomainRings> {
    return parseRings(await restoreDomain(this.#machine, domid, input, signal));
  }

  async memoryDigest(domid: Domid): Promise<string | undefined> {
    return (await this.#machine.call('memoryDigest', { domid })).result.digest;
  }
}

function parseRings(rings: RingsJson): DomainRings {
  return { storeFrame: BigInt(rings.storeFrame), consoleFrame: BigInt(rings.consoleFrame) };
}
