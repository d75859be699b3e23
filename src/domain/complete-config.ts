import { randomBytes, randomUUID } from 'node:crypto';
import { access } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import {
  type DiskConfig,
  type DomainConfig,
  domainConfigFromJson,
  xenMac,
} from '../config/index.js';
import type { CompleteConfig } from '../layout/index.js';
import type { JsonObject, Uuid } from '../model/index.js';

/**
 * Fills in what a config may leave open: the UUID, MAC addresses, and where relative paths lead.
 * Those are looked for where the user stands, as xl does, and then beside the config file.
 */
export async function completeConfig(
  config: DomainConfig,
  places: { readonly cwd: string; readonly file: string },
): Promise<CompleteConfig> {
  const find = (path: string): Promise<string> =>
    findPath(path, [places.cwd, dirname(places.file)]);
  const { kernel, ramdisk } = config;
  return {
    ...config,
    uuid: config.uuid ?? (randomUUID() as Uuid),
    ...(kernel === undefined ? {} : { kernel: await find(kernel) }),
    ...(ramdisk === undefined ? {} : { ramdisk: await find(ramdisk) }),
    disks: await Promise.all(config.disks.map((disk) => completeDisk(disk, find))),
    vifs: config.vifs.map(completeVif),
  };
}

/** The same for a disk that is not in a file. */
export function completeDiskAt(disk: DiskConfig, cwd: string): Promise<DiskConfig> {
  return completeDisk(disk, (path) => findPath(path, [cwd]));
}

export function completeVif<V extends { readonly mac?: string }>(vif: V): V & { mac: string } {
  return { ...vif, mac: vif.mac ?? randomMac() };
}

/**
 * Reads a complete config that was kept.
 * @throws ToolstackError config-invalid
 */
export function completeConfigFromJson(json: JsonObject, uuid: Uuid): CompleteConfig {
  return { ...domainConfigFromJson(json), uuid };
}

/** What a domain is made from when it starts anew: it stays itself, whatever else was kept for then. */
export function successorOf({ next, ...config }: CompleteConfig): CompleteConfig {
  const { name, uuid } = config;
  return next === undefined ? config : { ...next, name, uuid };
}

/** Only what is surely a file has a path: a script of one's own takes targets of its own. */
async function completeDisk(
  disk: DiskConfig,
  find: (path: string) => Promise<string>,
): Promise<DiskConfig> {
  const isFile = disk.script.endsWith('/block');
  if (disk.target === undefined || !isFile) return disk;
  return { ...disk, target: await find(disk.target) };
}

/** The first place where the file is; the first of all when it is nowhere, for the error to name. */
async function findPath(path: string, places: readonly string[]): Promise<string> {
  if (isAbsolute(path)) return path;
  const candidates = places.map((place) => resolve(place, path));
  for (const candidate of candidates) {
    if (await isThere(candidate)) return candidate;
  }
  return candidates[0] ?? path;
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}

function randomMac(): string {
  const [a = 0, b = 0, c = 0] = randomBytes(3);
  return xenMac([a, b, c]);
}
