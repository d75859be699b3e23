import type { VcpuAffinity } from '../hypervisor/hypervisor.js';
import { ToolstackError, type VcpuInfo } from '../model/index.js';

interface Vcpu {
  online: boolean;
  cpuTimeNs: number;
  hardAffinity: readonly number[];
  softAffinity: readonly number[];
}

/** The virtual CPUs of one domain: which are online, where they may run, what they have used. */
export class Vcpus {
  readonly #hostCpus: readonly number[];
  readonly #vcpus: readonly Vcpu[];

  /** @param hostCpus how many processors the host has */
  constructor(max: number, online: number, hostCpus: number) {
    this.#hostCpus = Array.from({ length: hostCpus }, (_, cpu) => cpu);
    this.#vcpus = Array.from({ length: max }, (_, vcpu) => ({
      online: vcpu < online,
      cpuTimeNs: 0,
      hardAffinity: this.#hostCpus,
      softAffinity: this.#hostCpus,
    }));
  }

  get max(): number {
    return this.#vcpus.length;
  }

  get online(): number {
    return this.#vcpus.filter(({ online }) => online).length;
  }

  get cpuTimeNs(): number {
    return this.#vcpus.reduce((sum, { cpuTimeNs }) => sum + cpuTimeNs, 0);
  }

  isOnline(vcpu: number): boolean {
    return this.#vcpus[vcpu]?.online === true;
  }

  /** @throws ToolstackError EINVAL */
  setOnline(vcpu: number, online: boolean): void {
    this.#get(vcpu).online = online;
  }

  /** Books time that one vcpu has used; time of one that is not there is nobody's. */
  charge(vcpu: number, ns: number): void {
    const charged = this.#vcpus[vcpu];
    if (charged !== undefined) charged.cpuTimeNs += ns;
  }

  /** Processors that the host does not have count for nothing. @throws ToolstackError EINVAL */
  setAffinity(number: number, { hard, soft }: VcpuAffinity): void {
    const vcpu = this.#get(number);
    const hardAffinity = this.#onHost(hard ?? vcpu.hardAffinity);
    if (hardAffinity.length === 0) {
      throw new ToolstackError('EINVAL', `vcpu ${number} would have no processor to run on`, {
        suggestions: [`The host has processors 0 to ${this.#hostCpus.length - 1}.`],
      });
    }
    vcpu.hardAffinity = hardAffinity;
    if (soft !== undefined) vcpu.softAffinity = this.#onHost(soft);
  }

  /** @throws ToolstackError EINVAL when there is no such vcpu */
  check(vcpu: number): void {
    this.#get(vcpu);
  }

  /** @param runnable whether the domain may run at all @param busy whether it has work to do */
  infos(runnable: boolean, busy: boolean): VcpuInfo[] {
    return this.#vcpus.map(({ online, cpuTimeNs, hardAffinity, softAffinity }, vcpu) => {
      const works = online && runnable && busy && vcpu === 0;
      return {
        vcpu,
        online,
        blocked: online && runnable && !works,
        running: works,
        cpu: hardAffinity[vcpu % hardAffinity.length] ?? 0,
        cpuTimeNs,
        hardAffinity,
        softAffinity,
      };
    });
  }

  #onHost(cpus: readonly number[]): number[] {
    return this.#hostCpus.filter((cpu) => cpus.includes(cpu));
  }

  #get(number: number): Vcpu {
    const vcpu = this.#vcpus[number];
    if (vcpu !== undefined) return vcpu;
    throw new ToolstackError(
      'EINVAL',
      `there is no vcpu ${number}: the domain has 0 to ${this.#vcpus.length - 1}`,
    );
  }
}
