import type { DiskConfig, DomainConfig, VifConfig } from '../config/index.js';
import { type Device, diskBackend } from '../layout/index.js';
import { DOM0, type DomainType, type Domid } from '../model/index.js';

/** Finds the domid of a driver domain by name or number. @throws ToolstackError ENOENT */
export type FindBackend = (domain: string) => Promise<Domid>;

/** The devices that a config gives a domain, in the order xl adds them. */
export async function devicesFromConfig(
  config: DomainConfig,
  domid: Domid,
  findBackend: FindBackend,
): Promise<Device[]> {
  const [disks, vifs] = await Promise.all([
    Promise.all(config.disks.map((disk) => diskDevice(disk, config.type, domid, findBackend))),
    Promise.all(config.vifs.map((vif) => vifDevice(vif, domid, findBackend))),
  ]);
  return [...disks, ...screens(config, domid), ...vifs];
}

export async function diskDevice(
  disk: DiskConfig,
  type: DomainType,
  domid: Domid,
  findBackend: FindBackend,
): Promise<Device> {
  const backendDomid = await backendOf(disk, findBackend);
  // The drive of a guest with a device model is QEMU's, which changes its media (libxl_disk.c).
  const isDrive = type === 'hvm' && disk.deviceType === 'cdrom';
  const kind = isDrive ? 'qdisk' : diskBackend(disk);
  return { type: 'disk', address: { domid, kind, id: disk.devid, backendDomid }, disk };
}

export async function vifDevice(
  vif: VifConfig,
  domid: Domid,
  findBackend: FindBackend,
): Promise<Device> {
  const backendDomid = await backendOf(vif, findBackend);
  return { type: 'vif', address: { domid, kind: 'vif', id: vif.devid, backendDomid }, vif };
}

/** Each frame buffer has a keyboard; a guest with a device model has one without. */
function screens({ vfbs, type }: DomainConfig, domid: Domid): Device[] {
  const at = (kind: 'vfb' | 'vkbd', id: number) => ({ domid, kind, id, backendDomid: DOM0 });
  const keyboards = type === 'hvm' ? [0] : vfbs.map(({ devid }) => devid);
  return [
    ...(type === 'hvm'
      ? []
      : vfbs.map((vfb): Device => ({ type: 'vfb', address: at('vfb', vfb.devid), vfb }))),
    ...keyboards.map((devid): Device => ({ type: 'vkbd', address: at('vkbd', devid) })),
  ];
}

function backendOf(
  { backendDomain }: { readonly backendDomain?: string },
  findBackend: FindBackend,
): Promise<Domid> {
  return backendDomain === undefined ? Promise.resolve(DOM0) : findBackend(backendDomain);
}
