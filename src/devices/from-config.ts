import type { DomainConfig } from '../config/index.js';
import { type Device, diskBackend } from '../layout/index.js';
import { DOM0, type Domid } from '../model/index.js';

/** Finds the domid of a driver domain by name or number. @throws ToolstackError ENOENT */
export type FindBackend = (domain: string) => Promise<Domid>;

/** The disks and network interfaces that a config gives a domain, in the order xl adds them. */
export async function devicesFromConfig(
  config: DomainConfig,
  domid: Domid,
  findBackend: FindBackend,
): Promise<Device[]> {
  const backendOf = (domain: string | undefined): Promise<Domid> =>
    domain === undefined ? Promise.resolve(DOM0) : findBackend(domain);
  const disks = config.disks.map(async (disk): Promise<Device> => {
    const backendDomid = await backendOf(disk.backendDomain);
    const address = { domid, kind: diskBackend(disk), id: disk.devid, backendDomid };
    return { type: 'disk', address, disk };
  });
  const vifs = config.vifs.map(async (vif): Promise<Device> => {
    const backendDomid = await backendOf(vif.backendDomain);
    return { type: 'vif', address: { domid, kind: 'vif', id: vif.devid, backendDomid }, vif };
  });
  return Promise.all([...disks, ...vifs]);
}
