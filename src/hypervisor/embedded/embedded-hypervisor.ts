import type { Readable, Writable } from 'node:stream';
import type { DomainInfo, Domid, ShutdownReason } from '../../model/index.js';
import type {
  DomainImage,
  DomainLimits,
  DomainPorts,
  DomainRings,
  HostInfo,
  Hypervisor,
  NewDomain,
  SaveCallbacks,
  SaveResult,
} from '../hypervisor.js';
import { HypercallConnection } from './connection.js';
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
