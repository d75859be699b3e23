import type { Writable } from 'node:stream';

/** The files that the memory of domains is written to, on the host of the toolstack. */
export interface DumpFiles {
  /**
   * Writes a file that only its owner may read. What it replaces stays whole until the new one is.
   * @param file absolute
   * @param attempt names the attempt: what it leaves behind when it is cut short is found by it
   * @throws ToolstackError EINVAL where something other than a file is in the way; EACCES, ENOSPC …
   */
  write(file: string, attempt: string, fill: (output: Writable) => Promise<void>): Promise<void>;
  /** Removes what an attempt that did not end well has left behind. */
  discard(file: string, attempt: string): Promise<void>;
}
