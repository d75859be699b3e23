import { domainConfigFromJson, SHUTDOWN_ACTIONS } from '../config/index.js';
import { DOMAIN_TYPES, type DomainInfo, kib, mibToKib, ToolstackError } from '../model/index.js';
import type { CompleteConfig } from './facts.js';
import { DEFAULT_POOL, DEFAULT_WEIGHT } from './manual-values.js';
import { homePath, libxlPath, namePath, vmPath } from './paths.js';
import { defined, readDisks, readVfbs, readVifs } from './read-devices.js';
import { StoredValues } from './read-values.js';

export interface ReadConfig {
  readonly config: CompleteConfig;
  /** What the tree does not tell, and what was put in its place; whole sentences. */
  readonly warnings: readonly string[];
}

const ACTIONS = { onPoweroff: 'on_poweroff', onReboot: 'on_reboot', onCrash: 'on_crash' } as const;

/**
 * What a domain was configured with, from what its toolstack wrote into the store and what the
 * hypervisor says: the way back of the tables of this room. Of a tree that Domovoi wrote it gives a
 * configuration that leads to the same tree.
 *
 * @param stored the values below the domain's home, /libxl/<domid> and /vm/<uuid>
 * @throws ToolstackError ENOENT where the store does not even have its name
 */
export function readConfig(stored: ReadonlyMap<string, string>, info: DomainInfo): ReadConfig {
  const values = new StoredValues(stored);
  const { domid, uuid } = info;
  const home = homePath(domid);
  const vm = vmPath(uuid);
  const name = values.word(namePath(domid));
  if (name === undefined) {
    throw new ToolstackError('ENOENT', `domain ${domid} has no name in the store`, {
      where: namePath(domid),
      suggestions: ['"domovoi fsck" tells what else it lacks.'],
    });
  }
  const type = values.choice(`${libxlPath(domid)}/type`, DOMAIN_TYPES) ?? info.type;
  const vcpus = values.numbers(`${home}/cpu`);
  const online = vcpus.filter((vcpu) => isOnline(values, `${home}/cpu/${vcpu}`));
  const videoRam = values.number(`${home}/memory/videoram`) ?? 0;
  const target = values.number(`${home}/memory/target`);
  const memoryKib = target === undefined ? info.memoryKib : kib(target + videoRam);
  const maxMemoryKib = kib(values.number(`${home}/memory/static-max`) ?? memoryKib);
  const image = {
    kernel: values.word(`${vm}/image/kernel`),
    ramdisk: values.word(`${vm}/image/ramdisk`),
  };
  const config = {
    name,
    uuid,
    type,
    memoryKib,
    maxMemoryKib,
    ...(videoRam === 0 ? {} : { videoRamKib: videoRam }),
    vcpus: Math.max(1, online.length),
    maxVcpus: Math.max(1, vcpus.length),
    ...manualSettings(values, home, vm),
    ...defined(image),
    cmdline: values.text(`${vm}/image/cmdline`) ?? '',
    bootloaderArgs: [],
    onPoweroff: action(values, home, 'onPoweroff') ?? 'destroy',
    onReboot: action(values, home, 'onReboot') ?? 'restart',
    onCrash: action(values, home, 'onCrash') ?? 'destroy',
    onWatchdog: 'destroy',
    onSoftReset: 'soft-reset',
    nomigrate: false,
    localtime: false,
    rtcTimeOffset: values.number(`${vm}/rtc/timeoffset`) ?? 0,
    disks: readDisks(values, domid),
    vifs: readVifs(values, domid),
    vfbs: readVfbs(values, domid),
    kept: {},
  };
  return {
    config: {
      ...domainConfigFromJson(config),
      uuid,
      ...(values.text(`${vm}/domains`) === undefined ? { layout: 'xl' as const } : {}),
    },
    warnings: [...unknownImage(config), ...unknownModel(config), ...unknownActions(values, home)],
  };
}

/** What only a tree for readers of the old manual tells; defaults are left open. */
function manualSettings(values: StoredValues, home: string, vm: string) {
  const cpu = values.number(`${home}/cpu`);
  const weight = values.number(`${home}/cpu_weight`) ?? DEFAULT_WEIGHT;
  const pool = values.word(`${vm}/pool_name`) ?? DEFAULT_POOL;
  const shadow = values.number(`${vm}/shadow_memory`) ?? 0;
  return {
    ...(cpu === undefined ? {} : { cpus: String(cpu) }),
    ...(weight === DEFAULT_WEIGHT ? {} : { cpuWeight: weight }),
    ...(pool === DEFAULT_POOL ? {} : { pool }),
    ...(shadow === 0 ? {} : { shadowMemoryKib: mibToKib(shadow) }),
  };
}

function isOnline(values: StoredValues, vcpu: string): boolean {
  return values.text(`${vcpu}/availability`) !== 'offline';
}

function action(values: StoredValues, home: string, which: keyof typeof ACTIONS) {
  return values.choice(`${home}/${ACTIONS[which]}`, SHUTDOWN_ACTIONS);
}

function unknownImage({ kernel, type }: { readonly kernel?: string; readonly type: string }) {
  if (kernel !== undefined) return [];
  return [
    `The store does not tell what kernel the ${type} domain was booted from: it cannot be ` +
      'started anew before "domovoi config-update" has said so.',
  ];
}

function unknownModel({ type }: { readonly type: string }): string[] {
  if (type !== 'hvm') return [];
  return [
    'The store does not tell what the device model of the domain was given (screen, firmware, ' +
      'passed-through devices): the defaults are taken when it is started anew.',
  ];
}

function unknownActions(values: StoredValues, home: string): string[] {
  const isKnown = action(values, home, 'onPoweroff') !== undefined;
  if (isKnown) return [];
  return [
    'The store does not tell what is to be done when the domain stops: on_poweroff=destroy, ' +
      'on_reboot=restart and on_crash=destroy are taken.',
  ];
}
