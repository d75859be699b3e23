import type * as z from 'zod';
import { type DomainType, ToolstackError } from '../../model/index.js';
import { DEFAULT_DISK_SCRIPT, DISK_BACKEND_TYPES, DISK_FORMATS, type DiskConfig } from '../disk.js';
import { scriptPath } from '../script-path.js';
import { parseVdev } from '../vdev.js';
import { DEFAULT_VNC_LISTEN, type DisplayConfig, type VfbConfig } from '../vfb.js';
import {
  DEFAULT_BRIDGE,
  DEFAULT_NIC_MODEL,
  DEFAULT_VIF_SCRIPT,
  defaultVifType,
  type VifConfig,
} from '../vif.js';
import type { diskShape, nicShape, screenShape, vfbShape } from './shape.js';
import { present } from './structures.js';
import { discardByDefault, NIC_TYPES } from './words.js';

/** @throws ToolstackError config-invalid for a vdev that names no disk */
export function diskOf(disk: z.infer<typeof diskShape>): DiskConfig {
  const { vdev } = disk;
  const devid = parseVdev(vdev);
  if (devid === undefined) {
    throw new ToolstackError('config-invalid', `"${vdev}" is no virtual device`, {
      where: 'disks',
    });
  }
  const target = disk.pdev_path || undefined;
  const format = DISK_FORMATS.find((each) => each === disk.format) ?? 'raw';
  const mode = disk.readwrite === true ? 'w' : 'r';
  const optional: Partial<DiskConfig> = present({
    target,
    backendDomain: backendDomain(disk),
    backendType: DISK_BACKEND_TYPES.find((each) => each === disk.backend),
  });
  return {
    vdev,
    devid,
    ...optional,
    format: target === undefined ? 'empty' : format,
    mode,
    deviceType: disk.is_cdrom === true ? 'cdrom' : 'disk',
    script: scriptPath(disk.script || DEFAULT_DISK_SCRIPT),
    specification: disk.specification === 'virtio' ? 'virtio' : 'xen',
    directIoSafe: disk.direct_io_safe ?? false,
    discard: disk.discard_enable ?? discardByDefault({ mode }),
    trusted: disk.trusted ?? true,
  };
}

/** @param index where it stands among all: the devid of one that has none yet */
export function vifOf(nic: z.infer<typeof nicShape>, index: number, domain: DomainType): VifConfig {
  const rate = {
    bytesPerInterval: nic.rate_bytes_per_interval ?? 0,
    intervalUsecs: nic.rate_interval_usecs ?? 0,
  };
  const types = Object.keys(NIC_TYPES) as (keyof typeof NIC_TYPES)[];
  const optional: Partial<VifConfig> = present({
    mac: nic.mac?.toLowerCase(),
    ip: nic.ip,
    backendDomain: backendDomain(nic),
    vifname: nic.ifname,
    gatewayDevice: nic.gatewaydev,
    rate: rate.bytesPerInterval === 0 && rate.intervalUsecs === 0 ? undefined : rate,
    mtu: nic.mtu,
  });
  return {
    devid: nic.devid ?? index,
    bridge: nic.bridge ?? DEFAULT_BRIDGE,
    type: types.find((each) => NIC_TYPES[each] === nic.nictype) ?? defaultVifType(domain),
    model: nic.model ?? DEFAULT_NIC_MODEL,
    script: scriptPath(nic.script || DEFAULT_VIF_SCRIPT),
    ...optional,
    trusted: nic.trusted ?? true,
  };
}

export function vfbOf(vfb: z.infer<typeof vfbShape>, index: number): VfbConfig {
  return { devid: vfb.devid ?? index, ...screenOf(vfb) };
}

export function screenOf({
  vnc = {},
  sdl = {},
  keymap,
}: z.infer<typeof screenShape>): DisplayConfig {
  const optional: Partial<DisplayConfig> = present({
    vncPassword: vnc.passwd,
    display: sdl.display,
    xauthority: sdl.xauthority,
    keymap,
  });
  const isServed = vnc.enable ?? true;
  return {
    vnc: isServed,
    vncListen: vnc.listen ?? DEFAULT_VNC_LISTEN,
    vncDisplay: vnc.display ?? 0,
    vncUnused: vnc.findunused ?? isServed,
    sdl: sdl.enable ?? false,
    opengl: sdl.opengl ?? false,
    ...optional,
  };
}

/** Domain 0 goes without saying. */
function backendDomain(device: {
  readonly backend_domname?: string;
  readonly backend_domid?: number;
}): string | undefined {
  const { backend_domname: name, backend_domid: domid = 0 } = device;
  return name ?? (domid === 0 ? undefined : String(domid));
}
