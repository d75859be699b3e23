import { z } from 'zod';
import { planAdopt } from '../../domain/index.js';
import { homePath, libxlPath, type ReadConfig, readConfig, vmPath } from '../../layout/index.js';
import { type ListedDomain, ToolstackError } from '../../model/index.js';
import { readTree } from '../snapshot.js';
import type { Toolstack } from '../toolstack.js';
import { aboutDomain, type Change } from './change.js';

/** Of the scheduler, where nobody said otherwise. */
const DEFAULT_WEIGHT = 256;

/** What xl starts with each domain and never ends; it is no part of the store. */
const XL_WAITS =
  'If xl made the domain, a process of xl still waits for it to stop and would act as well: ' +
  'end that process, "xl create" or "xl restore" in the list of processes.';

export const adopt: Change<'adopt'> = {
  schema: z.object(aboutDomain),
  /** @throws ToolstackError EEXIST when it is known already, EBUSY when it is about to go or move */
  async begin(toolstack, { domain, requestedBy }) {
    const { uuid, domid } = await toolstack.findGuest(domain, 'adopted');
    const { warnings } = await read(toolstack, String(domid));
    const plan = async () => {
      const { config, hasVm } = await read(toolstack, String(domid));
      return planAdopt(domid, config, hasVm);
    };
    const where = homePath(domid);
    return {
      request: { uuid, requestedBy, plan },
      warnings: [...warnings, XL_WAITS].map((message) => ({ event: 'warning', message, where })),
    };
  },
};

async function read(
  toolstack: Toolstack,
  reference: string,
): Promise<ReadConfig & { readonly hasVm: boolean }> {
  const domain = await toolstack.findGuest(reference, 'adopted');
  refuse(toolstack, domain);
  const { domid, uuid } = domain;
  const roots = [homePath(domid), libxlPath(domid), vmPath(uuid)];
  const nodes = await readTree(toolstack.host.store, roots);
  const values = new Map([...nodes].map(([path, { value }]) => [path, value]));
  const { config, warnings } = readConfig(values, domain);
  const { weight, cap } = await toolstack.host.hypervisor.scheduling(domid);
  const scheduling = {
    ...(weight === DEFAULT_WEIGHT ? {} : { cpuWeight: weight }),
    ...(cap === 0 ? {} : { cpuCap: cap }),
  };
  return { config: { ...config, ...scheduling }, warnings, hasVm: values.has(vmPath(uuid)) };
}

function refuse({ host, history }: Toolstack, domain: ListedDomain): void {
  const { domid, uuid, dying, shutdown } = domain;
  const name = domain.name ?? `domain ${domid}`;
  const known = history.queries.living(host.name);
  if (known.some((one) => one.uuid === uuid && one.domid === domid)) {
    throw new ToolstackError('EEXIST', `"${name}" is one of ours already`);
  }
  if (dying) throw new ToolstackError('EBUSY', `"${name}" is about to be gone`);
  if (shutdown === 'suspend' || name.endsWith('--incoming')) {
    throw new ToolstackError('EBUSY', `"${name}" is being saved or moved by another toolstack`, {
      suggestions: ['Wait until that is over. If it never is, destroy what is left of it.'],
    });
  }
}
