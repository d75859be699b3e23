import {
  DEFAULT_SCHEDULING,
  DOM0,
  DOM0_UUID,
  type DomainInfo,
  type Kib,
  kib,
  type SchedulingParameters,
  type VcpuInfo,
} from '../model/index.js';
import { Vcpus } from './vcpus.js';

/** Domain 0's share of the host. */
export const DOM0_MEMORY_KIB = kib(1024 * 1024);

/** What a balloon leaves domain 0, so that the host goes on. */
const LEAST_KIB = kib(256 * 1024);

/** Domain 0: this process, as far as the hypervisor sees it. */
export class Domain0 {
  readonly vcpus: Vcpus;
  scheduling: SchedulingParameters = DEFAULT_SCHEDULING;
  maxMemoryKib: Kib = DOM0_MEMORY_KIB;
  readonly leastKib = LEAST_KIB;
  memoryKib: Kib = DOM0_MEMORY_KIB;

  constructor(hostCpus: number) {
    this.vcpus = new Vcpus(hostCpus, hostCpus, hostCpus);
  }

  resize(size: Kib): void {
    this.memoryKib = size;
  }

  info(): DomainInfo {
    this.#account();
    return {
      domid: DOM0,
      uuid: DOM0_UUID,
      type: 'pv',
      running: true,
      blocked: false,
      paused: false,
      shutdown: undefined,
      dying: false,
      memoryKib: this.memoryKib,
      maxMemoryKib: this.maxMemoryKib,
      vcpus: this.vcpus.online,
      maxVcpus: this.vcpus.max,
      cpupool: 0,
      cpuTimeNs: this.vcpus.cpuTimeNs,
    };
  }

  vcpuInfos(): VcpuInfo[] {
    this.#account();
    return this.vcpus.infos(true, true);
  }

  /** Books what this process has used since the last time. */
  #account(): void {
    const { user, system } = process.cpuUsage();
    const used = (user + system) * 1000;
    this.vcpus.charge(0, Math.max(used - this.vcpus.cpuTimeNs, 0));
  }
}
