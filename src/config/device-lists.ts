import type { DomainType } from '../model/index.js';
import { type DiskConfig, parseDisk } from './disk.js';
import type { DomainConfig } from './domain-config.js';
import type { Atom } from './grammar.js';
import { configError, formatPosition, type Position } from './position.js';
import type { ConfigReader } from './reader.js';
import { parseVfb, topLevelDisplay, type VfbConfig } from './vfb.js';
import { parseVif, type VifConfig } from './vif.js';

type Devices = Pick<DomainConfig, 'disks' | 'vifs' | 'vfbs' | 'display'>;

/** @throws ToolstackError config-invalid */
export function readDevices(reader: ConfigReader, type: DomainType): Devices {
  return {
    disks: readDisks(reader.list('disk')),
    vifs: readVifs(reader, type),
    vfbs: readVfbs(reader, type),
    ...(type === 'hvm' ? { display: topLevelDisplay(reader) } : {}),
  };
}

function readDisks(specs: readonly Atom[]): readonly DiskConfig[] {
  const taken = new Map<number, Position>();
  return specs.map((spec) => {
    const disk = parseDisk(spec);
    const other = taken.get(disk.devid);
    if (other !== undefined) {
      throw configError(
        spec.at,
        `the virtual device ${disk.vdev} is that of another disk, at ${formatPosition(other)}`,
        'Give each disk a vdev of its own.',
      );
    }
    taken.set(disk.devid, spec.at);
    return disk;
  });
}

/** Vifs without a devid get those above the highest that was given, as in libxl. */
function readVifs(reader: ConfigReader, type: DomainType): readonly VifConfig[] {
  const specs = reader.list('vif');
  const vifs = specs.map((spec) => parseVif(spec, type, (at, message) => reader.warn(at, message)));
  const taken = new Map<number, Position>();
  for (const [index, { devid }] of vifs.entries()) {
    const { at } = specs[index] ?? { at: reader.at('vif') };
    const other = devid === undefined ? undefined : taken.get(devid);
    if (other !== undefined) {
      throw configError(at, `devid ${devid} is that of another vif, at ${formatPosition(other)}`);
    }
    if (devid !== undefined) taken.set(devid, at);
  }
  let next = Math.max(-1, ...taken.keys());
  return vifs.map(({ devid, ...vif }) => {
    if (devid !== undefined) return { devid, ...vif };
    next += 1;
    return { devid: next, ...vif };
  });
}

/** A PV domain without a `vfb` list gets one from the top level's `vnc = 1`. */
function readVfbs(reader: ConfigReader, type: DomainType): readonly VfbConfig[] {
  const specs = reader.list('vfb');
  if (specs.length === 0 && type === 'pv' && reader.bool('vnc') === true) {
    return [{ devid: 0, ...topLevelDisplay(reader) }];
  }
  return specs.map((spec, devid) =>
    parseVfb(spec, devid, (at, message) => reader.warn(at, message)),
  );
}
