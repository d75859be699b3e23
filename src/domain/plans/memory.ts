import { type MemoryKeys, memoryMaximumPath, memoryTargetPath } from '../../layout/index.js';
import {
  type Domid,
  type Kib,
  kib,
  kibToMib,
  type Plan,
  ToolstackError,
} from '../../model/index.js';
import { planChange, remember, type Standing } from './standing.js';

/** What libxl lets a domain have beyond its size (LIBXL_MAXMEM_CONSTANT). */
const SLACK_KIB = 1024;

/**
 * Has a guest balloon to a size, video RAM included (libxl_set_memory_target).
 * @param seen what the store says of its memory now
 * @throws ToolstackError EINVAL in libxl's words
 */
export function planMemSet(domain: Standing, size: Kib, seen: MemoryKeys): Plan {
  const max = known(domain, seen.maxKib, memoryMaximumPath);
  known(domain, seen.targetKib, memoryTargetPath);
  const target = size - seen.videoRamKib;
  if (target > max) {
    throw new ToolstackError(
      'EINVAL',
      'memory_dynamic_max must be less than or equal to memory_static_max',
      {
        suggestions: [
          `${domain.name} may have up to ${kibToMib(max)} MiB; "domovoi mem-max" changes that.`,
        ],
      },
    );
  }
  if (target <= 0) {
    throw new ToolstackError('EINVAL', `${domain.name} cannot run without memory`);
  }
  const { steps, state } = remember(domain, { memoryKib: size });
  return planChange(
    'mem-set',
    domain,
    [limit(domain, size), { name: 'set-memory-target', args: { target }, pivot: true }, ...steps],
    state,
  );
}

/**
 * Changes the most memory that a domain may have; what it has stays (libxl_domain_setmaxmem).
 * @throws ToolstackError EINVAL in libxl's words
 */
export function planMemMax(domain: Standing, max: Kib, seen: MemoryKeys): Plan {
  const target = known(domain, seen.targetKib, memoryTargetPath);
  if (max < target) {
    throw new ToolstackError(
      'EINVAL',
      'memory_static_max must be greater than or or equal to memory_dynamic_max',
      {
        suggestions: [
          `${domain.name} is to have ${kibToMib(target)} MiB; "domovoi mem-set" lowers that.`,
        ],
      },
    );
  }
  const { steps, state } = remember(domain, { maxMemoryKib: max });
  return planChange(
    'mem-max',
    domain,
    [limit(domain, max), { name: 'set-memory-maximum', args: { max }, pivot: true }, ...steps],
    state,
  );
}

function limit({ info }: Standing, size: Kib) {
  return { name: 'limit-memory', args: { max: kib(size + SLACK_KIB), was: info.maxMemoryKib } };
}

function known({ info }: Standing, value: Kib | undefined, path: (domid: Domid) => string): Kib {
  if (value !== undefined) return value;
  throw new ToolstackError('ENOENT', `Cannot get memory info from ${path(info.domid)}`);
}
