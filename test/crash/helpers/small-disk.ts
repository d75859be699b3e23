import { spawnSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SIZE_KIB = 4096;

/** A file system of a few MiB that can be filled up; undefined where mounting is not possible. */
export class SmallDisk {
  readonly #mountPoint: string;
  /** An empty directory on it. */
  readonly directory: string;

  private constructor(mountPoint: string) {
    this.#mountPoint = mountPoint;
    this.directory = join(mountPoint, 's');
    mkdirSync(this.directory);
  }

  static mount(): SmallDisk | undefined {
    const mountPoint = mkdtempSync(join(tmpdir(), 'dve-disk-'));
    const options = ['-t', 'tmpfs', '-o', `size=${SIZE_KIB}k`, 'tmpfs', mountPoint];
    const { status, stderr, error } = spawnSync('mount', options, { encoding: 'utf8' });
    if (status === 0) return new SmallDisk(mountPoint);
    rmSync(mountPoint, { recursive: true });
    const reason = (error?.message ?? stderr).trim();
    process.stderr.write(`Tests with a full disk are skipped, for a disk is needed: ${reason}\n`);
    return undefined;
  }

  /** Fills the disk until only so much is left. */
  fill(leaveKib = 0): void {
    const { bavail, bsize } = statfsSync(this.#mountPoint);
    const bytes = Buffer.alloc(Math.max(0, bavail * bsize - leaveKib * 1024));
    const file = openSync(this.#ballast, 'w');
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    closeSync(file);
  }

  /** Takes away what {@link fill} wrote. */
  free(): void {
    rmSync(this.#ballast, { force: true });
  }

  unmount(): void {
    spawnSync('umount', ['--lazy', this.#mountPoint]);
    rmSync(this.#mountPoint, { recursive: true });
  }

  get #ballast(): string {
    return join(this.#mountPoint, 'ballast');
  }
}
