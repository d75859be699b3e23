import type { Kib } from '../../model/index.js';
import { PAGE_SIZE } from '../guest-memory.js';

/** Where the simulated guest keeps what, in page frames. */
export const FRAMES = {
  /** The kernel command line, as a PV guest finds it in its start info page. */
  startInfo: 0,
  storeRing: 1,
  consoleRing: 2,
  /** A counter that never goes backwards, over migrations too. */
  ticks: 3,
  kernel: 16,
  deviceRings: 272,
  workingSet: 512,
} as const;

/** How many frames a guest writes to while it works: at least one, and none beyond its memory. */
export function workingSetFrames(memoryKib: Kib, mib: number): number {
  const frames = Math.floor((memoryKib * 1024) / PAGE_SIZE);
  return Math.max(1, Math.min(mib * 256, frames - FRAMES.workingSet));
}

/** The least memory that such a guest boots in, in KiB. */
export const LEAST_MEMORY_KIB = 4096;
