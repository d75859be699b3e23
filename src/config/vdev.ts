import { parseInteger } from './integer.js';

/**
 * The names of virtual disks and their numbers in XenStore, by xen-vbd-interface(7):
 *
 * | number | name |
 * |---|---|
 * | `202 << 8 \| disk << 4 \| part` | `xvd`, disks and partitions up to 15 |
 * | `1 << 28 \| disk << 8 \| part` | `xvd`, disks up to 2^20 - 1, partitions up to 255 |
 * | `8 << 8 \| disk << 4 \| part` | `sd`, disks and partitions up to 15 |
 * | `3 << 8 \| disk << 6 \| part` | `hda`, `hdb`, partitions up to 63 |
 * | `22 << 8 \| (disk - 2) << 6 \| part` | `hdc`, `hdd`, partitions up to 63 |
 */
const XVD = 202 << 8;
const XVD_EXTENDED = 1 << 28;
const SD = 8 << 8;
const IDE_FIRST = 3 << 8;
const IDE_SECOND = 22 << 8;
const MAX_DISK = (1 << 20) - 1;

/**
 * The device id of a virtual disk: of `xvda`, `xvdb2`, `d1p2`, `hdc`, `sda1`, or of a plain number
 * (decimal, hexadecimal, octal), which is its own id. Partition 0 is the whole disk.
 *
 * @returns undefined when it names no disk
 */
export function parseVdev(text: string): number | undefined {
  const direct = parseInteger(text);
  if (direct !== undefined) return direct >= 0 && direct <= 0x7fffffff ? direct : undefined;
  const pair = /^d([0-9][0-9a-fA-Fx]*)(?:p([0-9][0-9a-fA-Fx]*))?$/.exec(text);
  if (pair !== null) return xenDisk(parseInteger(pair[1] ?? ''), parseInteger(pair[2] ?? '0'));
  const named = /^(xvd|sd|hd)([a-z]{1,5})([1-9][0-9]{0,2})?$/.exec(text);
  if (named === null) return undefined;
  const [, kind, letters = '', digits = '0'] = named;
  const disk = diskOfLetters(letters);
  const partition = Number(digits);
  if (kind === 'xvd') return xenDisk(disk, partition);
  if (kind === 'sd')
    return disk <= 15 && partition <= 15 ? SD | (disk << 4) | partition : undefined;
  if (disk > 3 || partition > 63) return undefined;
  return (disk < 2 ? IDE_FIRST : IDE_SECOND) | ((disk & 1) << 6) | partition;
}

/** The name of a device id, such that `parseVdev` gives the id back; a number has its own. */
export function formatVdev(devid: number): string {
  const minor = devid & 0xff;
  switch (devid & ~0xff) {
    case XVD:
      return diskName('xvd', minor >> 4, minor & 15);
    case SD:
      return diskName('sd', minor >> 4, minor & 15);
    case IDE_FIRST:
    case IDE_SECOND: {
      const disk = minor >> 6;
      const first = (devid & ~0xff) === IDE_FIRST ? 0 : 2;
      return disk < 2 ? diskName('hd', first + disk, minor & 63) : String(devid);
    }
  }
  const disk = (devid & ~XVD_EXTENDED) >> 8;
  if (devid < XVD_EXTENDED || disk > MAX_DISK) return String(devid);
  // Disks and partitions that the short form can hold are never numbered in the long one.
  return disk <= 15 && minor <= 15 ? String(devid) : diskName('xvd', disk, minor);
}

function xenDisk(disk: number | undefined, partition: number | undefined): number | undefined {
  if (disk === undefined || partition === undefined) return undefined;
  if (disk > MAX_DISK || partition > 255) return undefined;
  if (disk <= 15 && partition <= 15) return XVD | (disk << 4) | partition;
  return XVD_EXTENDED | (disk << 8) | partition;
}

/** a is 0, z 25, aa 26, as Linux counts. */
function diskOfLetters(letters: string): number {
  return [...letters].reduce((disk, letter) => (disk + 1) * 26 + letter.charCodeAt(0) - 97, -1);
}

function lettersOfDisk(disk: number): string {
  const last = String.fromCharCode(97 + (disk % 26));
  return disk < 26 ? last : lettersOfDisk(Math.floor(disk / 26) - 1) + last;
}

function diskName(kind: string, disk: number, partition: number): string {
  return `${kind}${lettersOfDisk(disk)}${partition === 0 ? '' : partition}`;
}
