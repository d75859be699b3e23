import { parseArgs } from 'node:util';
import { messageOf, mibToKib, ToolstackError } from '../model/index.js';
import type { HostSize } from './simulated-hypervisor.js';

const DEFAULT_MEMORY_MIB = 16 * 1024;
const DEFAULT_CPUS = 4;
/** As many as Xen can be built for (CONFIG_NR_CPUS). */
const MAX_CPUS = 4095;
/** 16 TiB, Xen's own limit on x86. */
const MAX_MEMORY_MIB = 16 * 1024 * 1024;

/**
 * Reads the machine's command line: `--memory MIB --cpus N`.
 * @throws ToolstackError EINVAL
 */
export function parseMachineOptions(args: readonly string[]): HostSize {
  const { memory, cpus } = parse(args);
  const memoryMib = natural('--memory', 'MiB', memory, DEFAULT_MEMORY_MIB, MAX_MEMORY_MIB);
  return {
    totalMemoryKib: mibToKib(memoryMib),
    cpus: natural('--cpus', 'processors', cpus, DEFAULT_CPUS, MAX_CPUS),
  };
}

function parse(args: readonly string[]): { memory?: string; cpus?: string } {
  try {
    const options = { memory: { type: 'string' }, cpus: { type: 'string' } } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (cause) {
    const why = messageOf(cause);
    throw new ToolstackError('EINVAL', why, {
      suggestions: ['The machine takes --memory MIB and --cpus N.'],
      cause,
    });
  }
}

function natural(
  option: string,
  unit: string,
  text: string | undefined,
  fallback: number,
  max: number,
): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > max) {
    throw new ToolstackError(
      'EINVAL',
      `${option} "${text}" is not a number of ${unit} from 1 to ${max}`,
    );
  }
  return value;
}
