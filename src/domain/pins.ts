import { type Affinity, type HostCpus, readCpuRange } from '../config/index.js';
import type { CompleteConfig } from '../layout/index.js';

/** Where one vcpu may run, and where it should; absent: as it is. CPU numbers, ascending. */
// A type alias, not an interface: only those are assignable to JsonObject.
export type Pin = {
  readonly vcpu: number;
  readonly hard?: readonly number[];
  readonly soft?: readonly number[];
};

/** In the words of xl. */
interface Lists {
  readonly hard: string | undefined;
  readonly soft: string | undefined;
}

/** The pins that `cpus` and `cpus_soft` of a configuration ask for. */
export function pinsFromConfig(
  { cpus, cpusSoft, maxVcpus }: CompleteConfig,
  host: HostCpus,
): Pin[] {
  return Array.from(
    { length: maxVcpus },
    (_, vcpu): Pin => ({
      vcpu,
      ...cpusIn({ hard: affinityOf(cpus, vcpu), soft: affinityOf(cpusSoft, vcpu) }, host),
    }),
  ).filter((pin) => 'hard' in pin || 'soft' in pin);
}

/** Pins for some vcpus, all alike. @throws ToolstackError EINVAL for a list that cannot be read */
export function pinsFor(vcpus: readonly number[], lists: Lists, host: HostCpus): Pin[] {
  const pin = cpusIn(lists, host);
  return vcpus.map((vcpu) => ({ vcpu, ...pin }));
}

/** What a configuration says when some of its vcpus have been given another list. */
export function repinned(
  before: Affinity | undefined,
  vcpus: readonly number[],
  list: string | undefined,
  maxVcpus: number,
): Affinity | undefined {
  if (list === undefined) return before;
  if (vcpus.length === maxVcpus) return list;
  return Array.from({ length: maxVcpus }, (_, vcpu) =>
    vcpus.includes(vcpu) ? list : (affinityOf(before, vcpu) ?? 'all'),
  );
}

function affinityOf(affinity: Affinity | undefined, vcpu: number): string | undefined {
  return typeof affinity === 'string' ? affinity : affinity?.[vcpu];
}

function cpusIn({ hard, soft }: Lists, host: HostCpus): Omit<Pin, 'vcpu'> {
  return {
    ...(hard === undefined ? {} : { hard: readCpuRange(hard, host) }),
    ...(soft === undefined ? {} : { soft: readCpuRange(soft, host) }),
  };
}
