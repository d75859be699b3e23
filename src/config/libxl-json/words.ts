import type { DiskConfig } from '../disk.js';
import type { ShutdownAction } from '../domain-config.js';

/** `libxl_action_on_shutdown`. */
const ACTIONS: Readonly<Record<ShutdownAction, string>> = {
  destroy: 'destroy',
  restart: 'restart',
  'rename-restart': 'restart_rename',
  preserve: 'preserve',
  'coredump-destroy': 'coredump_destroy',
  'coredump-restart': 'coredump_restart',
  'soft-reset': 'soft_reset',
};

/** Undefined for what libxl leaves out: to destroy is what it does where nothing is said. */
export function actionWord(action: ShutdownAction): string | undefined {
  return action === 'destroy' ? undefined : ACTIONS[action];
}

/** @returns undefined for a word that no action has */
export function actionOfWord(word: string): ShutdownAction | undefined {
  return (Object.keys(ACTIONS) as ShutdownAction[]).find((action) => ACTIONS[action] === word);
}

/** `libxl_nic_type`. */
export const NIC_TYPES = { vif: 'vif', ioemu: 'vif_ioemu' } as const;

/** Where Debian's Xen 4.17 has the firmware that `firmware = "pvgrub64"` stands for. */
export function firmwareKernel(firmware: string): string {
  return `/usr/lib/xen-4.17/boot/${firmware}.bin`;
}

export function firmwareOfKernel(kernel: string): string | undefined {
  return /^\/usr\/lib(?:exec)?\/xen(?:-[0-9.]+)?\/boot\/(pvgrub(?:32|64))\.bin$/.exec(kernel)?.[1];
}

/** `libxl_bios_type`, by the names that xl.cfg has for it; `bios` leaves the choice to libxl. */
export const BIOS_TYPES: Readonly<Record<string, string>> = {
  uefi: 'ovmf',
  rombios: 'rombios',
  seabios: 'seabios',
};

/** Guests may discard blocks of disks that they may write to, where nothing is said. */
export function discardByDefault({ mode }: Pick<DiskConfig, 'mode'>): boolean {
  return mode === 'w';
}

/** What the emulated screen has where nothing is said (`libxl__domain_build_info_setdefault`). */
export function defaultVideoKib(type: string, vga: unknown): number {
  if (type !== 'hvm' || vga === 'none') return 0;
  return vga === 'std' || vga === 'qxl' ? 16_384 : 8_192;
}
