import type { Json } from '../../model/index.js';
import type { Affinity } from '../affinity.js';
import type { DomainConfig } from '../domain-config.js';
import type { Members } from './structures.js';

/** More than any host has; xl.cfg can count further, and libxl writes every number out. */
const MAX_CPUS = 4096;

/**
 * The members of `b_info` that tell where vcpus may and should run. Left out is what only the host
 * knows: `all`, which is what goes without saying, and the CPUs of NUMA nodes.
 */
export function affinityMembers({ cpus, cpusSoft, maxVcpus }: DomainConfig): Members {
  const isPlaced = cpusSoft !== undefined || (cpus !== undefined && typeof cpus !== 'string');
  return {
    vcpu_hard_affinity: bitmaps(cpus, maxVcpus),
    vcpu_soft_affinity: bitmaps(cpusSoft, maxVcpus),
    numa_placement: isPlaced ? 'False' : undefined,
  };
}

/** One set of CPUs where all vcpus have the same, else one for each of the first vcpus. */
export function affinityOf(
  maps: readonly (readonly number[])[] | undefined,
  maxVcpus: number,
): Affinity | undefined {
  if (maps === undefined || maps.length === 0) return undefined;
  const texts = maps.map(rangeText);
  const [first = ''] = texts;
  return texts.length === maxVcpus && texts.every((each) => each === first) ? first : texts;
}

function bitmaps(affinity: Affinity | undefined, maxVcpus: number): Json | undefined {
  if (affinity === undefined) return undefined;
  const texts =
    typeof affinity === 'string'
      ? Array.from({ length: maxVcpus }, () => affinity)
      : affinity.slice(0, maxVcpus);
  const maps = texts.map(cpusOf).filter((each) => each !== undefined);
  return maps.length === texts.length && maps.length > 0 ? maps : undefined;
}

/** @returns the numbers, ascending; undefined where only the host knows them */
function cpusOf(text: string): number[] | undefined {
  const chosen = new Set<number>();
  for (const part of text.split(',').filter((each) => each !== '')) {
    const [, not, first, last = first] = /^(\^?)(\d{1,5})(?:-(\d{1,5}))?$/.exec(part) ?? [];
    if (first === undefined || Number(last) >= MAX_CPUS) return undefined;
    for (let cpu = Number(first); cpu <= Number(last); cpu += 1) {
      if (not === '^') chosen.delete(cpu);
      else chosen.add(cpu);
    }
  }
  return [...chosen].sort((a, b) => a - b);
}

/** `0-2,5`, the shortest way to write ascending numbers. */
function rangeText(cpus: readonly number[]): string {
  const runs: [first: number, last: number][] = [];
  for (const cpu of cpus) {
    const run = runs.at(-1);
    if (run !== undefined && run[1] === cpu - 1) run[1] = cpu;
    else runs.push([cpu, cpu]);
  }
  return runs.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
}
