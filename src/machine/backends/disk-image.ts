import { stat } from 'node:fs/promises';
import type { Nodes, ReadNode } from './back-end-kind.js';

const SECTOR_BYTES = 512;

/** Checks that a disk can be served. @throws Error, saying what is wrong with it */
export async function checkImage(path: string): Promise<void> {
  const found = await stat(path);
  if (!found.isFile() && !found.isBlockDevice()) {
    throw new Error(`${path} is neither a file nor a block device`);
  }
}

/** What a connected disk tells its front end. @param path empty for a drive without a medium */
export async function describeImage(path: string, read: ReadNode): Promise<Nodes> {
  const bytes = path === '' ? 0 : (await stat(path)).size;
  return {
    'feature-flush-cache': '1',
    'feature-persistent': '1',
    sectors: String(Math.floor(bytes / SECTOR_BYTES)),
    info: (await read('mode')) === 'w' ? '0' : '4',
    'sector-size': String(SECTOR_BYTES),
    'physical-sector-size': String(SECTOR_BYTES),
  };
}
