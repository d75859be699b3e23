import type { Json, JsonObject } from '../../model/index.js';

/**
 * The structures of libxl (tools/libs/light/libxl_types.idl, Xen 4.17), each with those of its
 * members that are written here, in the order in which libxl writes them.
 */
export const STRUCTURES = {
  domain_config: [
    ...['c_info', 'b_info', 'disks', 'nics', 'vfbs', 'vkbs'],
    ...['on_poweroff', 'on_reboot', 'on_watchdog', 'on_crash', 'on_soft_reset'],
  ],
  c_info: [
    ...['type', 'hap', 'oos', 'name', 'domid', 'uuid', 'pool_name', 'run_hotplug_scripts'],
    ...['passthrough', 'xend_suspend_evtchn_compat'],
  ],
  b_info: [
    ...['max_vcpus', 'avail_vcpus', 'vcpu_hard_affinity', 'vcpu_soft_affinity', 'numa_placement'],
    ...['tsc_mode', 'max_memkb', 'target_memkb', 'video_memkb', 'shadow_memkb', 'rtc_timeoffset'],
    ...['localtime', 'disable_migrate', 'max_grant_frames', 'max_maptrack_frames'],
    ...['max_grant_version', 'device_model_version', 'stubdomain_memkb', 'stubdomain_kernel'],
    ...['stubdomain_cmdline', 'stubdomain_ramdisk', 'device_model', 'device_model_user'],
    ...['extra', 'extra_pv', 'extra_hvm', 'sched_params', 'claim_mode', 'event_channels'],
    ...['kernel', 'cmdline', 'ramdisk', 'acpi', 'bootloader', 'bootloader_args', 'timer_mode'],
    ...['nested_hvm', 'apic', 'dm_restrict', 'tee', 'type.hvm', 'type.pv', 'type.pvh'],
    ...['arch_arm', 'arch_x86', 'altp2m', 'vmtrace_buf_kb', 'vpmu'],
  ],
  sched_params: ['sched', 'weight', 'cap', 'period', 'extratime', 'slice', 'latency'],
  'type.hvm': [
    ...['firmware', 'bios', 'pae', 'acpi_s3', 'acpi_s4', 'acpi_laptop_slate', 'nx', 'viridian'],
    ...['hpet', 'vpt_align', 'mmio_hole_memkb', 'altp2m', 'system_firmware', 'smbios_firmware'],
    ...['acpi_firmware', 'hdtype', 'nographic', 'vga', 'vnc', 'keymap', 'sdl', 'spice'],
    ...['gfx_passthru', 'gfx_passthru_kind', 'serial', 'boot', 'usb', 'usbversion', 'usbdevice'],
    ...['vkb_device', 'soundhw', 'xen_platform_pci', 'usbdevice_list', 'vendor_device'],
    ...['serial_list', 'rdm', 'rdm_mem_boundary_memkb'],
  ],
  'type.pv': ['e820_host'],
  'type.pvh': ['pvshim_path', 'pvshim_cmdline', 'pvshim_extra'],
  arch_arm: ['gic_version', 'vuart'],
  arch_x86: ['msr_relaxed'],
  vga: ['kind'],
  vnc: ['enable', 'listen', 'passwd', 'display', 'findunused'],
  sdl: ['enable', 'opengl', 'display', 'xauthority'],
  spice: [
    ...['enable', 'port', 'tls_port', 'host', 'disable_ticketing', 'passwd', 'agent_mouse'],
    ...['vdagent', 'clipboard_sharing', 'usbredirection', 'image_compression', 'streaming_video'],
  ],
  vfb: ['devid', 'vnc', 'sdl', 'keymap'],
  disk: [
    ...['backend_domname', 'pdev_path', 'vdev', 'backend', 'format', 'script', 'removable'],
    ...['readwrite', 'is_cdrom', 'direct_io_safe', 'discard_enable', 'specification'],
    ...['colo_restore_enable', 'trusted'],
  ],
  nic: [
    ...['backend_domname', 'devid', 'mtu', 'model', 'mac', 'ip', 'bridge', 'ifname', 'script'],
    ...['nictype', 'rate_bytes_per_interval', 'rate_interval_usecs', 'gatewaydev', 'trusted'],
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type Structure = keyof typeof STRUCTURES;

/** Values of members, by name; those that are undefined are not there. */
export type Members = Readonly<Record<string, Json | undefined>>;

/** A structure as libxl writes it: its members in order, without those that are not there. */
export function structure(name: Structure, members: Members): JsonObject {
  const fields: readonly string[] = STRUCTURES[name];
  return present(Object.fromEntries(fields.map((field) => [field, members[field]])));
}

/** The same without the members that are undefined. */
export function present<Value>(members: Readonly<Record<string, Value | undefined>>): {
  [name: string]: Value;
} {
  return Object.fromEntries(
    Object.entries(members).filter((entry): entry is [string, Value] => entry[1] !== undefined),
  );
}

/** `libxl_defbool`; absent where the one that applies anyway is meant. */
export function defbool(value: boolean | undefined, standard?: boolean): Json | undefined {
  if (value === undefined || value === standard) return undefined;
  return value ? 'True' : 'False';
}

/** A list that libxl leaves out when nothing is in it. */
export function unlessEmpty(list: readonly Json[]): readonly Json[] | undefined {
  return list.length === 0 ? undefined : list;
}
