import { DOM0_UUID } from '../model/index.js';
import { BACK_POINTERS } from './back-pointers.js';
import {
  CHANNEL_BACK,
  CHANNEL_FRONT,
  CONSOLE_BACK,
  CONSOLE_BACK_BY_OTHERS,
  CONSOLE_FRONT,
  CONSOLE_FRONT_BY_OTHERS,
} from './console-keys.js';
import type { BackendKind } from './device.js';
import { recordOf } from './device-keys.js';
import { VBD_BACK, VBD_BACK_BY_OTHERS, VBD_FRONT, VBD_FRONT_BY_OTHERS } from './disk-keys.js';
import { DETAILS, RINGS, SKELETON } from './domain-keys.js';
import { BY_OTHERS } from './guest-keys.js';
import { DEVICE_MODEL, DOM0_BOOT, DOM0_MANUAL, DOM0_VM, POOL, TOOL } from './host-keys.js';
import type { KeyTable } from './key.js';
import { LIBXL_AT_TIMES, LIBXL_SKELETON } from './libxl-keys.js';
import type { Life } from './life.js';
import { FORMER, MANUAL } from './manual-keys.js';
import { DOMAINS, LIBXL, VMS } from './paths.js';
import {
  SCREEN_BACK_BY_OTHERS,
  SCREEN_FRONT_BY_OTHERS,
  VFB_BACK,
  VFB_FRONT,
  VKBD_BACK,
  VKBD_FRONT,
} from './screen-keys.js';
import { VIF_BACK, VIF_BACK_BY_OTHERS, VIF_FRONT, VIF_FRONT_BY_OTHERS } from './vif-keys.js';
import { VM, VM_FORMER, VM_REFERENCE } from './vm-keys.js';

/** A part of the store, and all that may be in it. */
export interface Section {
  readonly title: string;
  /** Names in angle brackets stand for one name each: `/local/domain/<domid>`. */
  readonly root: string;
  /** Of keys that do not say otherwise. */
  readonly life: Life;
  readonly tables: readonly KeyTable<never>[];
}

const HOME = `${DOMAINS}/<domid>`;

function front(kind: string, ...tables: readonly KeyTable<never>[]): Section {
  const root = `${HOME}/device/${kind}/<id>`;
  return { title: `Front ends: ${kind}`, root, life: 'device', tables };
}

function back(kind: BackendKind, ...tables: readonly KeyTable<never>[]): Section {
  const root = `${DOMAINS}/<backend-domid>/backend/${kind}/<domid>/<id>`;
  return { title: `Back ends: ${kind}`, root, life: 'device', tables };
}

function record(kind: string, ...tables: readonly KeyTable<never>[]): Section {
  const root = `${LIBXL}/<domid>/device/${kind}/<id>`;
  return { title: `Records: ${kind}`, root, life: 'device', tables };
}

/** The whole store map. Where a path fits several sections, the one with fewer names in brackets. */
export const STORE_MAP: readonly Section[] = [
  {
    title: 'Domains, whatever their domid',
    root: `${VMS}/<uuid>`,
    life: 'vm',
    tables: [VM, VM_REFERENCE, VM_FORMER],
  },
  {
    title: 'Devices of a domain, whatever its domid',
    root: `${VMS}/<uuid>/device/<class>/<id>`,
    life: 'device',
    tables: [BACK_POINTERS],
  },
  { title: 'Domain 0', root: `${VMS}/${DOM0_UUID}`, life: 'host', tables: [DOM0_VM] },
  {
    title: 'Domains',
    root: HOME,
    life: 'skeleton',
    tables: [SKELETON, DETAILS, RINGS, MANUAL, BY_OTHERS, FORMER],
  },
  {
    title: 'The console',
    root: `${HOME}/console`,
    life: 'device',
    tables: [CONSOLE_FRONT, CONSOLE_FRONT_BY_OTHERS],
  },
  {
    title: "Domain 0's home",
    root: `${DOMAINS}/0`,
    life: 'host',
    tables: [DOM0_BOOT, DOM0_MANUAL],
  },
  {
    title: 'Device models',
    root: `${DOMAINS}/0/device-model/<domid>`,
    life: 'device model',
    tables: [DEVICE_MODEL],
  },
  front('vbd', VBD_FRONT, VBD_FRONT_BY_OTHERS),
  back('vbd', VBD_BACK, VBD_BACK_BY_OTHERS),
  back('qdisk', VBD_BACK, VBD_BACK_BY_OTHERS),
  front('vif', VIF_FRONT, VIF_FRONT_BY_OTHERS),
  back('vif', VIF_BACK, VIF_BACK_BY_OTHERS),
  front('console', CHANNEL_FRONT),
  back('console', CONSOLE_BACK, CHANNEL_BACK, CONSOLE_BACK_BY_OTHERS),
  front('vfb', VFB_FRONT, SCREEN_FRONT_BY_OTHERS),
  back('vfb', VFB_BACK, SCREEN_BACK_BY_OTHERS),
  front('vkbd', VKBD_FRONT, SCREEN_FRONT_BY_OTHERS),
  back('vkbd', VKBD_BACK, SCREEN_BACK_BY_OTHERS),
  {
    title: 'What libxl keeps',
    root: `${LIBXL}/<domid>`,
    life: 'skeleton',
    tables: [LIBXL_SKELETON, LIBXL_AT_TIMES],
  },
  record('vbd', recordOf(VBD_BACK)),
  record('vif', recordOf(VIF_BACK)),
  record('console', recordOf(CONSOLE_BACK)),
  record('vfb', recordOf(VFB_BACK)),
  record('vkbd', recordOf(VKBD_BACK)),
  { title: 'Programs', root: '/tool', life: 'host', tables: [TOOL] },
  { title: 'CPU pools', root: '/local/pool/<pool>', life: 'host', tables: [POOL] },
];
