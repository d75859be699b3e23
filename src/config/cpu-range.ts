import { ToolstackError } from '../model/index.js';

/** Which CPUs and NUMA nodes a host has: 0 … maxCpuId, 0 … nrNodes − 1. */
export interface HostCpus {
  readonly maxCpuId: number;
  readonly nrNodes: number;
}

/**
 * Reads a list of CPUs as xl does (`parse_cpurange`): `all`, `0-3,^2`, `nodes:0-1,^node:1`, each
 * part adding or removing in turn. CPUs that the host does not have are passed over.
 * @returns numbers, ascending; none when nothing is left
 * @throws ToolstackError EINVAL in xl's words; ENOTSUP for nodes of a host that has several
 */
export function readCpuRange(text: string, host: HostCpus): number[] {
  const all = Array.from({ length: host.maxCpuId + 1 }, (_, cpu) => cpu);
  const chosen = new Set<number>();
  for (const part of text.split(',').filter((each) => each !== '')) {
    const { removes, nodes, range } = readPart(part);
    if (range === 'all') {
      if (removes) throw new ToolstackError('EINVAL', 'Can\'t combine "^" and "all".');
      for (const cpu of all) chosen.add(cpu);
      continue;
    }
    for (const cpu of nodes ? cpusOfNodes(range, host, all) : within(all, range)) {
      if (removes) chosen.delete(cpu);
      else chosen.add(cpu);
    }
  }
  return all.filter((cpu) => chosen.has(cpu));
}

type Range = readonly [first: number, last: number];

function readPart(part: string): { removes: boolean; nodes: boolean; range: Range | 'all' } {
  const match = /^(\^?)(nodes?:)?(?:(all)|(\d{1,9})(?:-(\d{1,9}))?)$/.exec(part);
  const first = Number(match?.[4]);
  const last = match?.[5] === undefined ? first : Number(match[5]);
  if (match === null || last < first) {
    throw new ToolstackError(
      'EINVAL',
      `Invalid pcpu range: ${part.replace(/^\^?(nodes?:)?/, '')}.`,
      {
        suggestions: ['CPUs are written "all", "0-3,5,^1" or "nodes:0-1,^node:2".'],
      },
    );
  }
  const range = match[3] === 'all' ? 'all' : ([first, last] as const);
  return { removes: match[1] === '^', nodes: match[2] !== undefined, range };
}

function cpusOfNodes(range: Range, { nrNodes }: HostCpus, all: readonly number[]): number[] {
  if (range[1] >= nrNodes) {
    throw new ToolstackError('EINVAL', 'libxl_node_to_cpumap failed.', {
      suggestions: [`The host has nodes 0 to ${nrNodes - 1}.`],
    });
  }
  if (nrNodes > 1) {
    throw new ToolstackError('ENOTSUP', 'which CPUs are on which node is not known here', {
      suggestions: ['Name the CPUs themselves.'],
    });
  }
  return [...all];
}

function within(all: readonly number[], [first, last]: Range): number[] {
  return all.filter((cpu) => cpu >= first && cpu <= last);
}
