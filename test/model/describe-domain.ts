import type { DomainInfo } from '../../src/model/index.js';
import type { Witnesses } from './agreement.js';
import type { ExpectedDomain } from './expected-domain.js';

/** What hypervisor and store say of a domain. */
export async function describeDomain(
  { store }: Pick<Witnesses, 'store'>,
  { domid, paused, shutdown }: DomainInfo,
): Promise<Omit<ExpectedDomain, 'behaviour' | 'policy'>> {
  const home = `/local/domain/${domid}`;
  const ids = async (path: string) => (await store.maybeList(path)) ?? [];
  const read = (paths: readonly string[]) => Promise.all(paths.map((path) => store.readText(path)));
  const vbds = await ids(`/libxl/${domid}/device/vbd`);
  const disks = await read(vbds.map((id) => `/libxl/${domid}/device/vbd/${id}/dev`));
  const cpus = await ids(`${home}/cpu`);
  const vcpus = await read(cpus.map((cpu) => `${home}/cpu/${cpu}/availability`));
  return {
    name: await store.readText(`${home}/name`),
    state: stateOf(paused, shutdown),
    memoryMib: Number(await store.readText(`${home}/memory/target`)) / 1024,
    vcpus: vcpus.filter((availability) => availability === 'online').length,
    disks: disks.sort(),
    vifs: (await ids(`${home}/device/vif`)).map(Number).sort(),
  };
}

function stateOf(paused: boolean, shutdown: DomainInfo['shutdown']): ExpectedDomain['state'] {
  if (shutdown !== undefined) return shutdown === 'suspend' ? 'suspended' : 'stopped';
  return paused ? 'paused' : 'running';
}
