import * as z from 'zod';
import {
  DOMAIN_TYPES,
  type Json,
  type Kib,
  parseUuid,
  ToolstackError,
  type Uuid,
} from '../model/index.js';
import { DISK_BACKEND_TYPES, DISK_FORMATS, DISK_SPECIFICATIONS } from './disk.js';
import { type DomainConfig, SHUTDOWN_ACTIONS } from './domain-config.js';

const text = z.string();
const count = z.number().int().nonnegative();
const kib = z.custom<Kib>((value) => Number.isSafeInteger(value) && Number(value) >= 0, 'no KiB');
const uuid = z.custom<Uuid>(
  (value) => typeof value === 'string' && parseUuid(value) === value,
  'no UUID',
);
const json: z.ZodType<Json> = z.json();
const affinity = z.union([text, z.array(text)]);
const action = z.enum(SHUTDOWN_ACTIONS);

const disk = z.strictObject({
  vdev: text,
  devid: count,
  target: text.exactOptional(),
  format: z.enum(DISK_FORMATS),
  mode: z.enum(['r', 'w']),
  deviceType: z.enum(['disk', 'cdrom']),
  backendDomain: text.exactOptional(),
  backendType: z.enum(DISK_BACKEND_TYPES).exactOptional(),
  script: text,
  specification: z.enum(DISK_SPECIFICATIONS),
  directIoSafe: z.boolean(),
  discard: z.boolean(),
  trusted: z.boolean(),
});

const vif = z.strictObject({
  devid: count,
  mac: text.exactOptional(),
  bridge: text,
  type: z.enum(['vif', 'ioemu']),
  model: text,
  script: text,
  ip: text.exactOptional(),
  backendDomain: text.exactOptional(),
  vifname: text.exactOptional(),
  gatewayDevice: text.exactOptional(),
  rate: z.strictObject({ bytesPerInterval: count, intervalUsecs: count }).exactOptional(),
  mtu: count.exactOptional(),
  trusted: z.boolean(),
});

const display = z.strictObject({
  vnc: z.boolean(),
  vncListen: text,
  vncDisplay: count,
  vncUnused: z.boolean(),
  vncPassword: text.exactOptional(),
  sdl: z.boolean(),
  opengl: z.boolean(),
  display: text.exactOptional(),
  xauthority: text.exactOptional(),
  keymap: text.exactOptional(),
});

/** The shape of a DomainConfig that comes back from a socket or a journal. */
export const domainConfigSchema: z.ZodType<DomainConfig> = z.strictObject({
  name: text.min(1),
  uuid: uuid.exactOptional(),
  type: z.enum(DOMAIN_TYPES),
  pool: text.exactOptional(),
  memoryKib: kib,
  maxMemoryKib: kib,
  shadowMemoryKib: kib.exactOptional(),
  videoRamKib: kib.exactOptional(),
  vcpus: count.min(1),
  maxVcpus: count.min(1),
  cpus: affinity.exactOptional(),
  cpusSoft: affinity.exactOptional(),
  cpuWeight: count.exactOptional(),
  cpuCap: count.exactOptional(),
  kernel: text.exactOptional(),
  ramdisk: text.exactOptional(),
  cmdline: text,
  bootloader: text.exactOptional(),
  bootloaderArgs: z.array(text),
  firmware: text.exactOptional(),
  onPoweroff: action,
  onReboot: action,
  onCrash: action,
  onWatchdog: action,
  onSoftReset: action,
  nomigrate: z.boolean(),
  localtime: z.boolean(),
  rtcTimeOffset: z.number().int(),
  disks: z.array(disk),
  vifs: z.array(vif),
  vfbs: z.array(display.extend({ devid: count })),
  display: display.exactOptional(),
  layout: z.literal('xl').exactOptional(),
  unsupervised: z.literal(true).exactOptional(),
  next: z.lazy(() => domainConfigSchema).exactOptional(),
  kept: z.record(text, json),
});

/**
 * Checks a config that was stored or sent as JSON.
 *
 * @throws ToolstackError config-invalid, with `where` as the path inside the value: `disks.0.vdev`
 */
export function domainConfigFromJson(value: unknown): DomainConfig {
  const parsed = domainConfigSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ToolstackError(
    'config-invalid',
    `this is no stored configuration of a domain: ${issue?.message ?? 'unknown fault'}`,
    { where: issue?.path.join('.') ?? '', cause: parsed.error },
  );
}
