import { z } from 'zod';
import { findDomain, planScheduling, planVcpuPin, planVcpuSet } from '../../domain/index.js';
import { aboutDomain, type Change } from './change.js';
import { changeOf } from './change-of.js';

/** Longer than any list of CPUs that a host has. */
const cpuList = z.string().max(65_536).exactOptional();

export const vcpuSet: Change<'vcpu-set'> = {
  schema: z.object({
    ...aboutDomain,
    vcpus: z.int().min(0),
    ignoreHost: z.boolean().exactOptional(),
  }),
  async begin(toolstack, request) {
    const domain = await toolstack.findGuest(request.domain, 'given other vcpus');
    return changeOf(toolstack, domain, request, async (standing) => {
      const { cpus } = await toolstack.host.hypervisor.hostInfo();
      return planVcpuSet(standing, request.vcpus, request.ignoreHost === true ? undefined : cpus);
    });
  },
};

export const vcpuPin: Change<'vcpu-pin'> = {
  schema: z.object({
    ...aboutDomain,
    vcpu: z.union([z.int().min(0), z.literal('all')]),
    hard: cpuList,
    soft: cpuList,
  }),
  /** Domain 0 can be pinned like any other. */
  async begin(toolstack, request) {
    const { hypervisor } = toolstack.host;
    const domain = await findDomain(toolstack.host, request.domain);
    return changeOf(toolstack, domain, request, async (standing) => {
      const { vcpu } = request;
      const lists = { hard: listOf(request.hard), soft: listOf(request.soft) };
      const vcpus = await hypervisor.vcpus(standing.info.domid);
      const host = await hypervisor.hostDetails();
      return planVcpuPin(standing, { vcpu, ...lists }, { vcpus, host });
    });
  },
};

export const schedCredit2: Change<'sched-credit2'> = {
  schema: z.object({
    ...aboutDomain,
    weight: z.int().exactOptional(),
    cap: z.int().exactOptional(),
  }),
  /** Domain 0 has a weight like any other. */
  async begin(toolstack, request) {
    const { hypervisor } = toolstack.host;
    const domain = await findDomain(toolstack.host, request.domain);
    return changeOf(toolstack, domain, request, async (standing) =>
      planScheduling(standing, request, await hypervisor.scheduling(standing.info.domid)),
    );
  },
};

/** `-` leaves an affinity as it is. */
function listOf(text: string | undefined): string | undefined {
  return text === '-' ? undefined : text;
}
