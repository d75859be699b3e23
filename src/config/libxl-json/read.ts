import type * as z from 'zod';
import { DEFAULT_SCHEDULING, kib, parseUuid, ToolstackError } from '../../model/index.js';
import type { DomainConfig, ShutdownAction } from '../domain-config.js';
import { domainConfigFromJson } from '../domain-config-schema.js';
import { affinityOf } from './affinity.js';
import { keptKeys } from './kept-keys.js';
import { diskOf, screenOf, vfbOf, vifOf } from './read-devices.js';
import { domainConfigShape, emulatedShape } from './shape.js';
import { present } from './structures.js';
import { actionOfWord, BIOS_TYPES, defaultVideoKib, firmwareOfKernel } from './words.js';

/** The member in which fields travel that libxl has no place for. */
export const OWN = 'domovoi';

/** libxl's default for a domain that nothing is said of. */
const DEFAULT_MEMORY_KIB = 32 * 1024;

type Read = z.infer<typeof domainConfigShape>;
type Emulated = z.infer<typeof emulatedShape>;

/**
 * Reads `libxl_domain_config` as libxl 4.17 writes it: in `xl list -l`, in the userdata that it
 * keeps of each domain (`libxl-json`), in saved domains and in migrations. What is not known here
 * is passed over; what is not said has libxl's default.
 *
 * @throws ToolstackError config-invalid, with `where` as the path inside the value: `disks.0.vdev`
 */
export function configFromLibxl(value: unknown): DomainConfig {
  const parsed = domainConfigShape.safeParse(value);
  if (!parsed.success) throw noLibxlConfig(parsed.error);
  const read = parsed.data;
  const own = Object.entries(read[OWN] ?? {});
  const merged = Object.fromEntries([...Object.entries(configOf(read)), ...own]);
  return domainConfigFromJson(
    present(mapValues(merged, (field) => (field === null ? undefined : field))),
  );
}

function configOf({ c_info, b_info, ...read }: Read): DomainConfig {
  const { type } = c_info;
  const emulated = emulatedOf(type, b_info['type.hvm']);
  const kept = keptOf(c_info, b_info, emulated);
  const maxVcpus = b_info.max_vcpus ?? 1;
  const most = b_info.max_memkb ?? b_info.target_memkb ?? DEFAULT_MEMORY_KIB;
  const optional: Partial<DomainConfig> = present({
    uuid: c_info.uuid === undefined ? undefined : parseUuid(c_info.uuid),
    pool: c_info.pool_name,
    shadowMemoryKib: b_info.shadow_memkb,
    videoRamKib:
      b_info.video_memkb === defaultVideoKib(type, emulated.vga?.kind)
        ? undefined
        : b_info.video_memkb,
    cpus: affinityOf(b_info.vcpu_hard_affinity, maxVcpus),
    cpusSoft: affinityOf(b_info.vcpu_soft_affinity, maxVcpus),
    cpuWeight: unless(b_info.sched_params?.weight, DEFAULT_SCHEDULING.weight),
    cpuCap: unless(b_info.sched_params?.cap, DEFAULT_SCHEDULING.cap),
    ramdisk: b_info.ramdisk,
    bootloader: b_info.bootloader,
    ...firmwareOf(type, b_info.kernel, emulated),
    display: type === 'hvm' ? screenOf(emulated) : undefined,
  });
  return {
    name: c_info.name,
    type,
    memoryKib: kib(b_info.target_memkb ?? most),
    maxMemoryKib: kib(most),
    vcpus: b_info.avail_vcpus?.length ?? 1,
    maxVcpus,
    cmdline: b_info.cmdline ?? '',
    bootloaderArgs: b_info.bootloader_args ?? [],
    ...optional,
    onPoweroff: actionOf(read.on_poweroff),
    onReboot: actionOf(read.on_reboot),
    onCrash: actionOf(read.on_crash),
    onWatchdog: actionOf(read.on_watchdog),
    onSoftReset: actionOf(read.on_soft_reset),
    nomigrate: b_info.disable_migrate ?? false,
    localtime: b_info.localtime ?? false,
    // Signed, in an unsigned member.
    rtcTimeOffset: (b_info.rtc_timeoffset ?? 0) | 0,
    disks: (read.disks ?? []).map(diskOf),
    vifs: (read.nics ?? []).map((nic, index) => vifOf(nic, index, type)),
    vfbs: (read.vfbs ?? []).map(vfbOf),
    kept,
  };
}

function emulatedOf(type: DomainConfig['type'], value: unknown): Emulated {
  if (type !== 'hvm' || value === undefined) return {};
  const parsed = emulatedShape.safeParse(value);
  if (!parsed.success) throw noLibxlConfig(parsed.error, ['b_info', 'type.hvm']);
  return parsed.data;
}

function keptOf(
  c_info: Read['c_info'],
  b_info: Read['b_info'],
  emulated: Emulated,
): DomainConfig['kept'] {
  const { type } = c_info;
  const name = `type.${type}` as const;
  const { msr_relaxed, ...x86 } = b_info.arch_x86 ?? {};
  return {
    ...keptKeys('c_info', type, c_info),
    ...keptKeys('b_info', type, b_info),
    ...keptKeys('sched_params', type, b_info.sched_params),
    ...keptKeys(name, type, type === 'hvm' ? emulated : recordOf(b_info[name])),
    ...keptKeys('vga', type, emulated.vga),
    ...keptKeys('spice', type, emulated.spice),
    ...keptKeys('arch_arm', type, b_info.arch_arm),
    // What libxl says of every domain, nobody has asked for.
    ...keptKeys('arch_x86', type, msr_relaxed === 'False' ? x86 : b_info.arch_x86),
  };
}

/** Both would be one too many: the firmware that PV domains boot is a kernel in libxl. */
function firmwareOf(
  type: DomainConfig['type'],
  kernel: string | undefined,
  { bios }: Emulated,
): Partial<DomainConfig> {
  if (type === 'hvm') {
    const firmware = Object.keys(BIOS_TYPES).find((each) => BIOS_TYPES[each] === bios);
    return present({ kernel, firmware });
  }
  const firmware = kernel === undefined ? undefined : firmwareOfKernel(kernel);
  return firmware === undefined ? present({ kernel }) : { firmware };
}

/** To destroy is what libxl does where nothing is said. */
function actionOf(word = 'destroy'): ShutdownAction {
  return actionOfWord(word) ?? 'destroy';
}

function unless(value: number | undefined, standard: number): number | undefined {
  return value === standard || value === undefined || value < 0 ? undefined : value;
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  map: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}

function noLibxlConfig(cause: z.ZodError, within: readonly string[] = []): ToolstackError {
  const [issue] = cause.issues;
  return new ToolstackError(
    'config-invalid',
    `this is no configuration of libxl: ${issue?.message ?? 'unknown fault'}`,
    { where: [...within, ...(issue?.path ?? [])].join('.'), cause },
  );
}
