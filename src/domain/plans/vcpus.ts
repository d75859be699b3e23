import type { HostCpus } from '../../config/index.js';
import {
  MAX_WEIGHT,
  type Plan,
  type SchedulingParameters,
  ToolstackError,
  type VcpuInfo,
} from '../../model/index.js';
import { pinsFor, repinned } from '../pins.js';
import { planChange, remember, type Standing } from './standing.js';

/**
 * Has a guest use so many of its vcpus.
 * @param hostCpus how many CPUs the host has; undefined to allow more vcpus than those
 * @throws ToolstackError EINVAL in xl's words
 */
export function planVcpuSet(domain: Standing, online: number, hostCpus: number | undefined): Plan {
  const { vcpus, maxVcpus } = domain.info;
  if (hostCpus !== undefined && online > vcpus && online > hostCpus) {
    throw new ToolstackError(
      'EINVAL',
      `You are overcommmitting! You have ${hostCpus} physical CPUs and want ${online} vCPUs! ` +
        'Aborting, use --ignore-host to continue',
    );
  }
  if (online < 1) throw new ToolstackError('EINVAL', 'Requested 0 VCPUs!');
  if (online > maxVcpus) {
    throw new ToolstackError(
      'EINVAL',
      `Requested ${online} VCPUs, however maxcpus is ${maxVcpus}!`,
      { suggestions: ['Set maxvcpus= in its configuration and create it again.'] },
    );
  }
  const { steps, state } = remember(domain, { vcpus: online });
  return planChange(
    'vcpu-set',
    domain,
    [{ name: 'set-vcpus', args: { online, all: maxVcpus }, pivot: true }, ...steps],
    state,
  );
}

export interface PinRequest {
  readonly vcpu: number | 'all';
  /** Lists of CPUs in xl's words; absent: as it is. */
  readonly hard: string | undefined;
  readonly soft: string | undefined;
}

/** Says where vcpus may run, and where they should. @throws ToolstackError EINVAL in xl's words */
export function planVcpuPin(
  domain: Standing,
  { vcpu, hard, soft }: PinRequest,
  seen: { readonly vcpus: readonly VcpuInfo[]; readonly host: HostCpus },
): Plan {
  const there = seen.vcpus.filter((one) => vcpu === 'all' || one.vcpu === vcpu);
  const last = seen.vcpus.length - 1;
  if (there.length === 0) {
    throw new ToolstackError('EINVAL', `${domain.name} has no vcpu ${vcpu}`, {
      suggestions: [`It has vcpus 0 to ${last}.`],
    });
  }
  const numbers = there.map((one) => one.vcpu);
  const pins = pinsFor(numbers, { hard, soft }, seen.host);
  if (hard === undefined && soft === undefined) {
    throw new ToolstackError('EINVAL', 'neither a hard nor a soft affinity is given');
  }
  if (pins.some((pin) => pin.hard?.length === 0)) {
    throw new ToolstackError('EINVAL', `there is no CPU of the host in "${hard}"`, {
      suggestions: [`The host has CPUs 0 to ${seen.host.maxCpuId}.`],
    });
  }
  const was = there.map((one) => ({
    vcpu: one.vcpu,
    hard: one.hardAffinity,
    soft: one.softAffinity,
  }));
  const cpus = repinned(domain.config?.cpus, numbers, hard, seen.vcpus.length);
  const cpusSoft = repinned(domain.config?.cpusSoft, numbers, soft, seen.vcpus.length);
  const { steps, state } = remember(domain, {
    ...(cpus === undefined ? {} : { cpus }),
    ...(cpusSoft === undefined ? {} : { cpusSoft }),
  });
  const pin = {
    name: 'pin-vcpus',
    subject: String(vcpu),
    args: { pins, was },
    pivot: true,
  } as const;
  return planChange('vcpu-pin', domain, [pin, ...steps], state);
}

/** Changes a domain's weight or cap, or both. @throws ToolstackError EINVAL in libxl's words */
export function planScheduling(
  domain: Standing,
  asked: { readonly weight?: number; readonly cap?: number },
  seen: SchedulingParameters,
): Plan {
  const { weight = seen.weight, cap = seen.cap } = asked;
  const most = domain.info.maxVcpus * 100;
  if (weight < 1 || weight > MAX_WEIGHT) {
    throw new ToolstackError(
      'EINVAL',
      `Cpu weight out of range, valid values are within range from 1 to ${MAX_WEIGHT}`,
    );
  }
  if (cap < 0 || cap > most) {
    throw new ToolstackError(
      'EINVAL',
      `Cpu cap out of range, valid range is from 0 to ${most} for specified number of vcpus`,
    );
  }
  const { steps, state } = remember(domain, {
    ...(asked.weight === undefined ? {} : { cpuWeight: weight }),
    ...(asked.cap === undefined ? {} : { cpuCap: cap }),
  });
  const args = { weight, cap };
  return planChange(
    'sched-credit2',
    domain,
    [{ name: 'set-scheduling', args, pivot: true }, { name: 'note-weight', args }, ...steps],
    state,
  );
}
