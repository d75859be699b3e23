import type { DomainType, JsonObject } from '../../model/index.js';
import { DEFAULT_DISK_SCRIPT, type DiskConfig } from '../disk.js';
import { scriptPath } from '../script-path.js';
import { DEFAULT_VNC_LISTEN, type DisplayConfig, type VfbConfig } from '../vfb.js';
import { DEFAULT_NIC_MODEL, DEFAULT_VIF_SCRIPT, defaultVifType, type VifConfig } from '../vif.js';
import { defbool, type Members, structure } from './structures.js';
import { discardByDefault, NIC_TYPES } from './words.js';

/** Whether what libxl has found out when it started the domain is there too. */
export interface Manner {
  readonly started: boolean;
}

/** `libxl_device_disk`. */
export function diskMembers(disk: DiskConfig, { started }: Manner): JsonObject {
  const isDrive = disk.deviceType === 'cdrom' ? 1 : undefined;
  return structure('disk', {
    backend_domname: disk.backendDomain,
    pdev_path: disk.target,
    vdev: disk.vdev,
    backend: disk.backendType,
    format: disk.format,
    script: scriptName(disk.script, DEFAULT_DISK_SCRIPT),
    removable: isDrive,
    readwrite: disk.mode === 'w' ? 1 : undefined,
    is_cdrom: isDrive,
    direct_io_safe: disk.directIoSafe ? true : undefined,
    discard_enable: defbool(disk.discard, discardByDefault(disk)),
    specification: disk.specification === 'xen' ? undefined : disk.specification,
    colo_restore_enable: started ? 'False' : undefined,
    trusted: defbool(disk.trusted, true),
  });
}

/** `libxl_device_nic`. */
export function nicMembers(vif: VifConfig, domain: DomainType, { started }: Manner): JsonObject {
  return structure('nic', {
    backend_domname: vif.backendDomain,
    devid: vif.devid,
    mtu: vif.mtu === 0 ? undefined : vif.mtu,
    model: vif.model === DEFAULT_NIC_MODEL ? undefined : vif.model,
    mac: vif.mac,
    ip: vif.ip,
    bridge: vif.bridge,
    ifname: vif.vifname,
    script: scriptName(vif.script, DEFAULT_VIF_SCRIPT),
    nictype: started || vif.type !== defaultVifType(domain) ? NIC_TYPES[vif.type] : undefined,
    rate_bytes_per_interval: vif.rate?.bytesPerInterval || undefined,
    rate_interval_usecs: vif.rate?.intervalUsecs || undefined,
    gatewaydev: vif.gatewayDevice,
    trusted: defbool(vif.trusted, true),
  });
}

/** `libxl_device_vfb`. */
export function vfbMembers(vfb: VfbConfig): JsonObject {
  return structure('vfb', { devid: vfb.devid, ...screenMembers(vfb) });
}

/** What a frame buffer and an emulated screen have in common. */
export function screenMembers(screen: DisplayConfig): Members {
  return {
    vnc: structure('vnc', {
      enable: defbool(screen.vnc),
      listen: screen.vncListen === DEFAULT_VNC_LISTEN ? undefined : screen.vncListen,
      passwd: screen.vncPassword,
      display: screen.vncDisplay === 0 ? undefined : screen.vncDisplay,
      findunused: defbool(screen.vncUnused, screen.vnc),
    }),
    keymap: screen.keymap,
    sdl: structure('sdl', {
      enable: defbool(screen.sdl, false),
      opengl: defbool(screen.opengl, false),
      display: screen.display,
      xauthority: screen.xauthority,
    }),
  };
}

/** As users write it: by its name where it lies with Xen's own. */
function scriptName(script: string, standard: string): string | undefined {
  if (script === standard) return undefined;
  const name = script.slice(script.lastIndexOf('/') + 1);
  return name !== '' && scriptPath(name) === script ? name : script;
}
