import * as z from 'zod';
import { DOMAIN_TYPES, type Json } from '../../model/index.js';

/**
 * What is read of `libxl_domain_config`; all else is passed over, as libxl does. A member that is
 * not there has the value that libxl has before anybody says anything.
 */
const text = z.string().exactOptional();
const count = z.number().int().nonnegative().exactOptional();
const defbool = z
  .enum(['True', 'False', '<default>'])
  .transform((word) => (word === '<default>' ? undefined : word === 'True'))
  .exactOptional();
const flag = z.union([z.number(), z.boolean()]).transform(Boolean).exactOptional();
const bitmap = z.array(z.number().int().nonnegative());
const json: z.ZodType<Json> = z.json();

const backend = { backend_domid: count, backend_domname: text };

export const diskShape = z.object({
  ...backend,
  pdev_path: text,
  vdev: z.string(),
  backend: text,
  format: text,
  script: text,
  readwrite: flag,
  is_cdrom: flag,
  direct_io_safe: flag,
  discard_enable: defbool,
  specification: text,
  trusted: defbool,
});
export const nicShape = z.object({
  ...backend,
  devid: count,
  mtu: count,
  model: text,
  mac: text,
  ip: text,
  bridge: text,
  ifname: text,
  script: text,
  nictype: text,
  rate_bytes_per_interval: count,
  rate_interval_usecs: count,
  gatewaydev: text,
  trusted: defbool,
});
export const screenShape = z.object({
  vnc: z
    .object({ enable: defbool, listen: text, passwd: text, display: count, findunused: defbool })
    .exactOptional(),
  sdl: z
    .object({ enable: defbool, opengl: defbool, display: text, xauthority: text })
    .exactOptional(),
  keymap: text,
});
/** `type.hvm`. */
export const emulatedShape = screenShape
  .extend({
    vga: z.looseObject({}).exactOptional(),
    spice: z.looseObject({}).exactOptional(),
    bios: text,
  })
  .loose();
export const vfbShape = screenShape.extend({ devid: count });

/** Those that are loose have members, too, that keys stand for which have no effect here. */
const createInfo = z.looseObject({
  type: z.enum(DOMAIN_TYPES),
  name: z.string().min(1),
  uuid: text,
  pool_name: text,
});
const buildInfo = z.looseObject({
  max_vcpus: count,
  avail_vcpus: bitmap.exactOptional(),
  vcpu_hard_affinity: z.array(bitmap).exactOptional(),
  vcpu_soft_affinity: z.array(bitmap).exactOptional(),
  max_memkb: count,
  target_memkb: count,
  video_memkb: count,
  shadow_memkb: count,
  rtc_timeoffset: count,
  localtime: defbool,
  disable_migrate: defbool,
  sched_params: z
    .looseObject({
      weight: z.number().int().exactOptional(),
      cap: z.number().int().exactOptional(),
    })
    .exactOptional(),
  kernel: text,
  cmdline: text,
  ramdisk: text,
  bootloader: text,
  bootloader_args: z.array(z.string()).exactOptional(),
  arch_arm: z.looseObject({}).exactOptional(),
  arch_x86: z.looseObject({}).exactOptional(),
});

export const domainConfigShape = z.object({
  c_info: createInfo,
  b_info: buildInfo,
  disks: z.array(diskShape).exactOptional(),
  nics: z.array(nicShape).exactOptional(),
  vfbs: z.array(vfbShape).exactOptional(),
  on_poweroff: text,
  on_reboot: text,
  on_watchdog: text,
  on_crash: text,
  on_soft_reset: text,
  domovoi: z.record(z.string(), json).exactOptional(),
});
