import type { DomainType, Json, Kib, Uuid } from '../model/index.js';
import type { Affinity } from './affinity.js';
import type { DiskConfig } from './disk.js';
import type { DisplayConfig, VfbConfig } from './vfb.js';
import type { VifConfig } from './vif.js';

/** What is done with a domain that has stopped by itself (`libxl_action_on_shutdown`). */
export const SHUTDOWN_ACTIONS = [
  'destroy',
  'restart',
  'rename-restart',
  'preserve',
  'coredump-destroy',
  'coredump-restart',
  'soft-reset',
] as const;
export type ShutdownAction = (typeof SHUTDOWN_ACTIONS)[number];

/**
 * A domain as its config describes it, checked and with xl's defaults filled in. It is plain JSON
 * and goes through sockets and journals unchanged; absent means absent, there is no null.
 *
 * Paths are as they were written: relative ones are still to be looked for.
 */
// A type alias, not an interface: only those are assignable to JsonObject.
export type DomainConfig = {
  readonly name: string;
  /** A random one is to be given when absent. */
  readonly uuid?: Uuid;
  readonly type: DomainType;
  /** The cpupool to run in; `Pool-0` when absent. */
  readonly pool?: string;

  /** What the domain starts with, and what it may be ballooned up to. */
  readonly memoryKib: Kib;
  readonly maxMemoryKib: Kib;
  readonly shadowMemoryKib?: Kib;
  readonly videoRamKib?: Kib;

  /** Online at start, and at most. */
  readonly vcpus: number;
  readonly maxVcpus: number;
  /** Where vcpus may run, and where they should. */
  readonly cpus?: Affinity;
  readonly cpusSoft?: Affinity;
  /** 1 to 65535; the scheduler's own default (256) when absent. */
  readonly cpuWeight?: number;
  /** Percent of one CPU; 0 is no cap. */
  readonly cpuCap?: number;

  /** Absent where a bootloader or firmware finds the kernel. */
  readonly kernel?: string;
  readonly ramdisk?: string;
  /** The kernel's command line; empty when none was given. */
  readonly cmdline: string;
  readonly bootloader?: string;
  readonly bootloaderArgs: readonly string[];
  /** `pvgrub32` or `pvgrub64` for PV and PVH; `bios`, `uefi`, `seabios`, … or a path for HVM. */
  readonly firmware?: string;

  readonly onPoweroff: ShutdownAction;
  readonly onReboot: ShutdownAction;
  readonly onCrash: ShutdownAction;
  readonly onWatchdog: ShutdownAction;
  readonly onSoftReset: ShutdownAction;
  readonly nomigrate: boolean;

  readonly localtime: boolean;
  /** Seconds between the guest's clock and UTC. */
  readonly rtcTimeOffset: number;

  readonly disks: readonly DiskConfig[];
  readonly vifs: readonly VifConfig[];
  readonly vfbs: readonly VfbConfig[];
  /** The emulated screen; HVM only. */
  readonly display?: DisplayConfig;

  /** No key of xl's: only what xl writes into the store is to be written there. */
  readonly layout?: 'xl';
  /** No key of xl's: nothing is done when the domain stops by itself (`create -e`). */
  readonly unsupervised?: true;
  /** No key of xl's: what it is made from when it next starts anew (`config-update`). */
  readonly next?: DomainConfig;

  /** Keys of xl that are known here and have no effect yet: numbers, booleans, text and lists. */
  readonly kept: Readonly<Record<string, Json>>;
};

const SECRET_KEYS: ReadonlySet<string> = new Set(['spicepasswd']);

/** The config without passwords, for logs, listings and histories. */
export function withoutSecrets(config: DomainConfig): DomainConfig {
  return {
    ...config,
    vfbs: config.vfbs.map(withoutPassword),
    ...(config.display === undefined ? {} : { display: withoutPassword(config.display) }),
    kept: Object.fromEntries(Object.entries(config.kept).filter(([key]) => !SECRET_KEYS.has(key))),
  };
}

function withoutPassword<T extends DisplayConfig>({ vncPassword: _, ...rest }: T) {
  return rest;
}
