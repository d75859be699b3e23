/** The shape that a key's value must have. A string may also be written as a number. */
export type KeyType = 'string' | 'number' | 'bool' | 'list' | 'string-or-list' | 'bool-or-list';

/**
 * What becomes of a key: `used` ones are fields of DomainConfig; `kept` ones have no effect here and
 * travel along in `DomainConfig.kept`; `ignored` ones xl ignores as well; `refused` ones would give
 * the guest something that Domovoi cannot, and are an error unless empty or 0.
 */
export type KeyUse = 'used' | 'kept' | 'ignored' | 'refused';

export interface KeySpec {
  readonly type: KeyType;
  readonly use: KeyUse;
  /** A warning for whoever sets it. */
  readonly deprecated?: string;
}

const used = <T extends KeyType>(type: T) => ({ type, use: 'used' }) as const;
const kept = <T extends KeyType>(type: T) => ({ type, use: 'kept' }) as const;
const refused = <T extends KeyType>(type: T) => ({ type, use: 'refused' }) as const;

/** Every key that xl 4.17 reads (`parse_config_data`, tools/xl/xl_parse.c; xl.cfg(5)). */
export const KEYS = {
  // Identity
  name: used('string'),
  uuid: used('string'),
  type: used('string'),
  builder: { ...used('string'), deprecated: 'use "type" instead' },
  pool: used('string'),

  // Memory and processors
  memory: used('number'),
  maxmem: used('number'),
  shadow_memory: used('number'),
  videoram: used('number'),
  vcpus: used('number'),
  maxvcpus: used('number'),
  cpus: used('string-or-list'),
  cpus_soft: used('string-or-list'),
  cpu_weight: used('number'),
  cap: used('number'),
  period: kept('number'),
  slice: kept('number'),
  latency: kept('number'),
  extratime: kept('number'),
  vnuma: refused('list'),

  // What is booted
  kernel: used('string'),
  ramdisk: used('string'),
  cmdline: used('string'),
  root: used('string'),
  extra: used('string'),
  bootloader: used('string'),
  bootloader_args: used('string-or-list'),
  firmware: used('string'),
  boot: kept('string'),

  // What happens when it stops
  on_poweroff: used('string'),
  on_reboot: used('string'),
  on_crash: used('string'),
  on_watchdog: used('string'),
  on_soft_reset: used('string'),
  nomigrate: used('bool'),

  // Clocks
  localtime: used('bool'),
  rtc_timeoffset: used('number'),
  tsc_mode: kept('string'),
  timer_mode: kept('string'),
  vpt_align: kept('bool'),
  hpet: kept('bool'),

  // Devices
  disk: used('list'),
  vif: used('list'),
  vif2: {
    type: 'list',
    use: 'ignored',
    deprecated: 'netchannel2 is not supported and this is ignored',
  },
  vfb: used('list'),
  pci: refused('list'),
  pci_msitranslate: kept('number'),
  pci_power_mgmt: kept('number'),
  pci_permissive: kept('number'),
  pci_seize: kept('number'),
  rdm: kept('string'),
  rdm_mem_boundary: kept('number'),
  dtdev: refused('list'),
  device_tree: refused('string'),
  passthrough: kept('string'),
  usbctrl: refused('list'),
  usbdev: refused('list'),
  vtpm: refused('list'),
  p9: refused('list'),
  pvcalls: refused('list'),
  vdispl: refused('list'),
  vsnd: refused('list'),
  vkb: refused('list'),
  channel: refused('list'),
  ioports: refused('list'),
  irqs: refused('list'),
  iomem: refused('list'),

  // The screen: of the first vfb for PV, of the device model for HVM
  vnc: used('bool'),
  vnclisten: used('string'),
  vncpasswd: used('string'),
  vncdisplay: used('number'),
  vncunused: used('bool'),
  vncviewer: {
    type: 'bool',
    use: 'ignored',
    deprecated: 'it is ignored; xl opens a viewer with "create -V"',
  },
  sdl: used('bool'),
  opengl: used('bool'),
  display: used('string'),
  xauthority: used('string'),
  keymap: used('string'),
  spice: kept('bool'),
  spiceport: kept('number'),
  spicetls_port: kept('number'),
  spicehost: kept('string'),
  spicedisable_ticketing: kept('bool'),
  spicepasswd: kept('string'),
  spiceagent_mouse: kept('bool'),
  spicevdagent: kept('bool'),
  spice_clipboard_sharing: kept('bool'),
  spiceusbredirection: kept('number'),
  spice_image_compression: kept('string'),
  spice_streaming_video: kept('string'),
  nographic: kept('bool'),
  vga: kept('string'),
  stdvga: kept('bool'),
  gfx_passthru: kept('string'),

  // Platform of HVM and PVH guests
  hap: kept('bool'),
  oos: kept('bool'),
  pae: kept('bool'),
  acpi: kept('bool'),
  acpi_s3: kept('bool'),
  acpi_s4: kept('bool'),
  acpi_laptop_slate: kept('bool'),
  apic: kept('bool'),
  nx: kept('bool'),
  nestedhvm: kept('bool'),
  altp2m: kept('string'),
  altp2mhvm: { ...kept('bool'), deprecated: 'use "altp2m" instead' },
  viridian: kept('bool-or-list'),
  cpuid: kept('string-or-list'),
  mca_caps: kept('list'),
  mmio_hole: kept('number'),
  ms_vm_genid: kept('string'),
  vendor_device: kept('string'),
  xen_platform_pci: kept('bool'),
  bios: kept('string'),
  bios_path_override: kept('string'),
  firmware_override: kept('string'),
  smbios_firmware: kept('string'),
  acpi_firmware: kept('string'),
  hdtype: kept('string'),
  serial: kept('string-or-list'),
  usb: kept('bool'),
  usbversion: kept('number'),
  usbdevice: kept('string-or-list'),
  vkb_device: kept('bool'),
  soundhw: kept('string'),
  e820_host: kept('bool'),
  msr_relaxed: kept('bool'),
  vpmu: kept('bool'),
  vmtrace_buf_kb: kept('number'),
  pvshim: refused('bool'),
  pvshim_path: kept('string'),
  pvshim_cmdline: kept('string'),
  pvshim_extra: kept('string'),
  gic_version: kept('string'),
  vuart: kept('string'),
  tee: kept('string'),

  // The device model
  device_model: {
    type: 'string',
    use: 'ignored',
    deprecated: 'it is ignored; use "device_model_override" for a device model of your own',
  },
  device_model_override: kept('string'),
  device_model_version: kept('string'),
  device_model_user: kept('string'),
  device_model_args: kept('list'),
  device_model_args_pv: kept('list'),
  device_model_args_hvm: kept('list'),
  dm_restrict: kept('bool'),
  device_model_stubdomain_override: refused('bool'),
  device_model_stubdomain_seclabel: refused('string'),
  stubdomain_kernel: kept('string'),
  stubdomain_cmdline: kept('string'),
  stubdomain_ramdisk: kept('string'),
  stubdomain_memory: kept('number'),

  // Limits and rights
  seclabel: refused('string'),
  init_seclabel: refused('string'),
  max_grant_frames: kept('number'),
  max_maptrack_frames: kept('number'),
  max_grant_version: kept('number'),
  max_event_channels: kept('number'),
  driver_domain: refused('bool'),
  xend_suspend_evtchn_compat: kept('bool'),
} as const satisfies Readonly<Record<string, KeySpec>>;

export type KnownKey = keyof typeof KEYS;

/** The keys whose value has the type `T`. */
export type KeyOf<T extends KeyType> = {
  [K in KnownKey]: (typeof KEYS)[K]['type'] extends T ? K : never;
}[KnownKey];

export function isKnownKey(key: string): key is KnownKey {
  return Object.hasOwn(KEYS, key);
}

export function keySpec(key: KnownKey): KeySpec {
  return KEYS[key];
}
