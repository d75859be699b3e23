import { writeSync } from 'node:fs';

const STDOUT = 1;

/**
 * Where a background process writes its log lines: standard output, at once. A line that cannot be
 * written, as on a full disk, is lost: the log is a help, not a condition for going on. (pino's own
 * stream would end the process then, and try to write on the way out until it can.)
 */
export function logStream(descriptor: number = STDOUT): { write(line: string): void } {
  let isInsideLine = false;
  return {
    write(line) {
      // What is left of a line that was cut short must not run into this one.
      const bytes = Buffer.from(isInsideLine ? `\n${line}` : line);
      let written = 0;
      try {
        while (written < bytes.length) written += writeSync(descriptor, bytes, written);
        isInsideLine = false;
      } catch {
        isInsideLine ||= written > 0;
      }
    },
  };
}
