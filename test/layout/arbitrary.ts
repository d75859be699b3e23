import fc from 'fast-check';
import {
  DISK_FORMATS,
  DISK_SPECIFICATIONS,
  type DiskConfig,
  formatVdev,
  SHUTDOWN_ACTIONS,
  type VifConfig,
} from '../../src/config/index.js';
import type { CompleteConfig } from '../../src/layout/index.js';
import { kib, uuid } from '../../src/model/index.js';

/** Configs as `completeConfig` leaves them: everything valid, some of it unusual. */

const name = fc.stringMatching(/^[a-zA-Z][\w.+-]{0,20}$/);
const path = fc.stringMatching(/^\/[\w.-]{1,12}(\/[\w.: -]{1,12}){0,2}$/);
const mac = fc.stringMatching(/^00:16:3e(:[0-9a-f]{2}){3}$/);
const action = fc.constantFrom(...SHUTDOWN_ACTIONS);

function optional<K extends string, T>(key: K, value: fc.Arbitrary<T>) {
  return fc.option(value, { nil: undefined }).map((chosen) => {
    return (chosen === undefined ? {} : { [key]: chosen }) as { [key in K]?: T };
  });
}

const xvdDevids = fc.integer({ min: 0, max: 15 }).map((disk) => (202 << 8) | (disk << 4));

const disk: fc.Arbitrary<DiskConfig> = fc
  .tuple(
    fc.record({
      devid: xvdDevids,
      format: fc.constantFrom(...DISK_FORMATS),
      mode: fc.constantFrom('r' as const, 'w' as const),
      deviceType: fc.constantFrom('disk' as const, 'cdrom' as const),
      script: path,
      specification: fc.constantFrom(...DISK_SPECIFICATIONS),
      directIoSafe: fc.boolean(),
      discard: fc.boolean(),
      trusted: fc.boolean(),
    }),
    optional('target', path),
    optional('backendType', fc.constantFrom('phy' as const, 'qdisk' as const)),
  )
  .map(([fixed, ...rest]) => {
    return Object.assign({ ...fixed, vdev: formatVdev(fixed.devid) ?? 'xvda' }, ...rest);
  });

const vif: fc.Arbitrary<VifConfig> = fc
  .tuple(
    fc.record({
      devid: fc.nat({ max: 20 }),
      mac,
      bridge: name,
      type: fc.constantFrom('vif' as const, 'ioemu' as const),
      model: fc.constant('rtl8139'),
      script: path,
      trusted: fc.boolean(),
    }),
    optional('ip', fc.ipV4()),
    optional('vifname', name),
    optional('gatewayDevice', name),
    optional('rate', fc.record({ bytesPerInterval: fc.nat(), intervalUsecs: fc.nat() })),
    optional('mtu', fc.integer({ min: 68, max: 65535 })),
  )
  .map(([fixed, ...rest]) => Object.assign({ ...fixed }, ...rest));

const kernel = fc.record({ kernel: path, ramdisk: path }, { requiredKeys: [] });

export const completeConfigs: fc.Arbitrary<CompleteConfig> = fc
  .tuple(
    fc.record({
      name,
      uuid: fc.uuid().map(uuid),
      type: fc.constantFrom('pv' as const, 'pvh' as const, 'hvm' as const),
      vcpus: fc.integer({ min: 1, max: 8 }),
      extraVcpus: fc.nat({ max: 8 }),
      memory: fc.integer({ min: 4096, max: 2 ** 30 }),
      extraMemory: fc.nat({ max: 2 ** 30 }),
      cmdline: fc.string({ unit: 'grapheme-ascii', maxLength: 40 }),
      onPoweroff: action,
      onReboot: action,
      onCrash: action,
      disks: fc.uniqueArray(disk, { selector: ({ devid }) => devid, maxLength: 4 }),
      vifs: fc.uniqueArray(vif, { selector: ({ devid }) => devid, maxLength: 4 }),
    }),
    kernel,
    optional('videoRamKib', fc.nat({ max: 4096 }).map(kib)),
    optional('layout', fc.constant('xl' as const)),
    optional('cpus', fc.constantFrom('3', '0-1', 'all')),
  )
  .map(([{ extraVcpus, memory, extraMemory, ...chosen }, image, ...more]) => ({
    ...chosen,
    ...image,
    ...Object.assign({}, ...more),
    maxVcpus: chosen.vcpus + extraVcpus,
    memoryKib: kib(memory),
    maxMemoryKib: kib(memory + extraMemory),
    bootloaderArgs: [],
    onWatchdog: 'destroy',
    onSoftReset: 'soft-reset',
    nomigrate: false,
    localtime: false,
    rtcTimeOffset: 0,
    vfbs: [],
    kept: {},
  }));
