import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** A file that only grows at its end, and never by half of what was to be appended. */
export class AppendFile {
  readonly path: string;
  #fd: number;
  #size: number;
  /** A failed append left bytes behind the end that could not be cut off at once. */
  #isDirty = false;

  private constructor(path: string, fd: number, size: number) {
    this.path = path;
    this.#fd = fd;
    this.#size = size;
  }

  /** Creates an empty file, in place of any that is there. */
  static create(path: string): AppendFile {
    return new AppendFile(path, openSync(path, 'w', 0o600), 0);
  }

  /** Opens a file that ends after `size` bytes; what lies behind is cut off. */
  static open(path: string, size: number): AppendFile {
    const fd = openSync(path, 'r+');
    ftruncateSync(fd, size);
    return new AppendFile(path, fd, size);
  }

  get size(): number {
    return this.#size;
  }

  /** Appends all of `bytes`, or throws and leaves the file as it was. */
  append(bytes: Buffer): void {
    if (this.#isDirty) this.#cutBack();
    try {
      for (let written = 0; written < bytes.length; ) {
        written += writeSync(
          this.#fd,
          bytes,
          written,
          bytes.length - written,
          this.#size + written,
        );
      }
    } catch (error) {
      this.#isDirty = true;
      this.#tryToCutBack();
      throw error;
    }
    this.#size += bytes.length;
  }

  #cutBack(): void {
    ftruncateSync(this.#fd, this.#size);
    this.#isDirty = false;
  }

  /** If it fails now, the next append must succeed in it before it writes anything. */
  #tryToCutBack(): void {
    try {
      this.#cutBack();
    } catch {
      this.#isDirty = true;
    }
  }

  /**
   * Takes the place of the file at `path`, or throws and leaves that as it is.
   *
   * @param unsynced told when it has, but may not have after a power failure
   */
  replace(path: string, unsynced: (error: unknown) => void): AppendFile {
    // All that can be refused is asked for before the rename, from which there is no way back.
    const directory = openSync(dirname(path), 'r');
    try {
      fsyncSync(this.#fd);
      renameSync(this.path, path);
      trySync(directory, unsynced);
    } finally {
      closeSync(directory);
    }
    return new AppendFile(path, this.#fd, this.#size);
  }

  close(): void {
    closeSync(this.#fd);
  }

  discard(): void {
    this.close();
    rmSync(this.path, { force: true });
  }
}

/** The bytes of a file; undefined when there is no such file. */
export function readIfPresent(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Puts bytes aside in a new file that survives a power failure. */
export function putAside(path: string, bytes: Buffer): void {
  writeFileSync(path, bytes, { flag: 'wx', flush: true, mode: 0o600 });
  syncDirectory(path);
}

function trySync(fd: number, failed: (error: unknown) => void): void {
  try {
    fsyncSync(fd);
  } catch (error) {
    failed(error);
  }
}

function syncDirectory(path: string): void {
  const fd = openSync(dirname(path), 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
