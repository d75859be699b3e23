import { isDeepStrictEqual } from 'node:util';
import { DEFAULT_SCHEDULING, type JsonObject } from '../../model/index.js';
import type { DomainConfig } from '../domain-config.js';
import { affinityMembers } from './affinity.js';
import { diskMembers, type Manner, nicMembers, screenMembers, vfbMembers } from './devices.js';
import { keptMembers } from './kept-keys.js';
import { configFromLibxl, OWN } from './read.js';
import { defbool, type Members, type Structure, structure, unlessEmpty } from './structures.js';
import { actionWord, BIOS_TYPES, defaultVideoKib, firmwareKernel } from './words.js';

/** `libxl_domid` of a domain that is not, which is what libxl keeps in the config of one that is. */
const INVALID_DOMID = 0xffff_ffff;

/**
 * A config as `xl create -d` prints it: `libxl_domain_config` in the JSON of libxl 4.17, which has
 * no member for what is left to libxl. Passwords are in it if they are in the config. What libxl
 * has no place for is not there: `libxlConfigWithOwn` has it.
 */
export function libxlConfig(config: DomainConfig): JsonObject {
  return domainConfig(config, { started: false });
}

/** The same for a domain that has been started, as `xl list -l` prints it. */
export function startedLibxlConfig(config: DomainConfig): JsonObject {
  return domainConfig(config, { started: true });
}

/**
 * The same, and in a member of its own, which libxl passes over, what would be lost without: the
 * fields of DomainConfig that `configFromLibxl` would not give back, null for those that it would
 * make up.
 */
export function libxlConfigWithOwn(config: DomainConfig): JsonObject {
  const libxl = startedLibxlConfig(config);
  const found: JsonObject = configFromLibxl(libxl);
  const given: JsonObject = config;
  const names = new Set([...Object.keys(given), ...Object.keys(found)]);
  const lost = [...names].filter((name) => !isDeepStrictEqual(given[name], found[name]));
  if (lost.length === 0) return libxl;
  return { ...libxl, [OWN]: Object.fromEntries(lost.map((name) => [name, given[name] ?? null])) };
}

/** What xl tells of a domain that has no config, as domain 0. */
export function bareLibxlConfig(domain: {
  readonly type: DomainConfig['type'];
  readonly name: string | null;
  readonly uuid: string | undefined;
  readonly maxMemoryKib: number;
  readonly memoryKib: number;
}): JsonObject {
  const { type, name, uuid, maxMemoryKib, memoryKib } = domain;
  return structure('domain_config', {
    c_info: structure('c_info', { type, name: name ?? undefined, uuid }),
    b_info: structure('b_info', {
      max_memkb: maxMemoryKib,
      target_memkb: memoryKib,
      sched_params: { sched: 'credit2', ...DEFAULT_SCHEDULING },
      [`type.${type}`]: {},
      arch_arm: {},
      arch_x86: {},
    }),
  });
}

function domainConfig(config: DomainConfig, manner: Manner): JsonObject {
  return structure('domain_config', {
    c_info: createInfo(config, manner),
    b_info: buildInfo(config, manner),
    disks: unlessEmpty(config.disks.map((disk) => diskMembers(disk, manner))),
    nics: unlessEmpty(config.vifs.map((vif) => nicMembers(vif, config.type, manner))),
    vfbs: unlessEmpty(config.vfbs.map(vfbMembers)),
    vkbs: unlessEmpty(config.vfbs.map(({ devid }) => ({ devid }))),
    on_poweroff: actionWord(config.onPoweroff),
    on_reboot: actionWord(config.onReboot),
    on_watchdog: actionWord(config.onWatchdog),
    on_crash: actionWord(config.onCrash),
    on_soft_reset: actionWord(config.onSoftReset),
  });
}

function createInfo(config: DomainConfig, { started }: Manner): JsonObject {
  return structure('c_info', {
    ...keptMembers('c_info', config),
    type: config.type,
    name: config.name,
    domid: started ? INVALID_DOMID : undefined,
    uuid: config.uuid,
    pool_name: config.pool,
    run_hotplug_scripts: 'True',
  });
}

function buildInfo(config: DomainConfig, manner: Manner): JsonObject {
  const { type, firmware } = config;
  const archX86 = keptMembers('arch_x86', config);
  const standardVideo = defaultVideoKib(type, keptMembers('vga', config).kind);
  return structure('b_info', {
    ...keptMembers('b_info', config),
    ...affinityMembers(config),
    max_vcpus: config.maxVcpus,
    avail_vcpus: Array.from({ length: config.vcpus }, (_, vcpu) => vcpu),
    max_memkb: config.maxMemoryKib,
    target_memkb: config.memoryKib,
    video_memkb: config.videoRamKib ?? (manner.started ? standardVideo : undefined),
    shadow_memkb: config.shadowMemoryKib,
    // An unsigned number there, and so is one that is less than nothing.
    rtc_timeoffset: config.rtcTimeOffset === 0 ? undefined : config.rtcTimeOffset >>> 0,
    localtime: defbool(config.localtime, false),
    disable_migrate: defbool(config.nomigrate, false),
    sched_params: structure('sched_params', {
      ...keptMembers('sched_params', config),
      ...(manner.started ? { sched: 'credit2', ...DEFAULT_SCHEDULING } : {}),
      ...(config.cpuWeight === undefined ? {} : { weight: config.cpuWeight }),
      ...(config.cpuCap === undefined ? {} : { cap: config.cpuCap }),
    }),
    claim_mode: 'True',
    kernel: firmware === undefined || type === 'hvm' ? config.kernel : firmwareKernel(firmware),
    cmdline: config.cmdline === '' ? undefined : config.cmdline,
    ramdisk: config.ramdisk,
    bootloader: config.bootloader,
    bootloader_args: unlessEmpty(config.bootloaderArgs),
    [typeStructure(type)]: typeMembers(config),
    arch_arm: structure('arch_arm', keptMembers('arch_arm', config)),
    arch_x86: structure('arch_x86', {
      ...(manner.started ? { msr_relaxed: 'False' } : {}),
      ...archX86,
    }),
  });
}

function typeMembers(config: DomainConfig): JsonObject {
  const name = typeStructure(config.type);
  const kept = keptMembers(name, config);
  if (config.type !== 'hvm') return structure(name, kept);
  const { firmware, display } = config;
  return structure(name, {
    vnc: {},
    sdl: {},
    rdm: {},
    ...(firmware === undefined ? {} : firmwareMembers(firmware)),
    ...kept,
    vga: structure('vga', keptMembers('vga', config)),
    spice: structure('spice', keptMembers('spice', config)),
    ...(display === undefined ? {} : screenMembers(display)),
  });
}

function firmwareMembers(firmware: string): Members {
  return firmware.includes('/') ? { firmware } : { bios: BIOS_TYPES[firmware] };
}

function typeStructure(type: DomainConfig['type']): Structure & `type.${string}` {
  return `type.${type}`;
}
