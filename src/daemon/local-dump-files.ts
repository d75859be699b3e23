import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { DumpFiles } from '../domain/index.js';
import { ToolstackError, toToolstackError } from '../model/index.js';

/** Dumps in the file system of this host. */
export const LOCAL_DUMP_FILES: DumpFiles = {
  async write(file, attempt, fill) {
    try {
      const target = await resolveTarget(file);
      const part = partOf(target, attempt);
      try {
        await writePart(part, fill);
        await rename(part, target);
      } catch (error) {
        await rm(part, { force: true });
        throw error;
      }
    } catch (thrown) {
      throw unwritable(file, thrown);
    }
  },

  async discard(file, attempt) {
    const target = await realpath(file).catch(() => file);
    await rm(partOf(target, attempt), { force: true });
  },
};

/** Beside the file itself: only within a file system is a rename all or nothing. */
function partOf(file: string, attempt: string): string {
  return join(dirname(file), `.${basename(file)}.${attempt}.part`);
}

/** Where a link leads; what is no file, such as a directory or /dev/null, must not be replaced. */
async function resolveTarget(file: string): Promise<string> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) return file;
  if (!found.isFile()) {
    const what = found.isDirectory() ? 'a directory' : 'no regular file';
    throw new ToolstackError('EINVAL', `"${file}" is ${what}`, {
      suggestions: ['Give the path of a file, there already or not.'],
    });
  }
  return realpath(file);
}

async function writePart(path: string, fill: (output: Writable) => Promise<void>): Promise<void> {
  const file = await open(path, 'w', 0o600);
  const output = file.createWriteStream({ flush: true });
  const written = finished(output);
  // It is waited for below; until then its failure is nobody's surprise.
  written.catch(() => undefined);
  try {
    await fill(output);
    output.end();
    await written;
  } catch (error) {
    output.destroy();
    // What the file system said tells more than what came of it.
    throw output.errored ?? error;
  } finally {
    await file.close();
  }
}

function unwritable(file: string, thrown: unknown): ToolstackError {
  const { code, message, suggestions } = toToolstackError(thrown);
  if (code === 'cancelled' || thrown instanceof ToolstackError) return toToolstackError(thrown);
  return new ToolstackError(code, `cannot write the dump: ${message}`, {
    where: file,
    suggestions:
      suggestions.length > 0 ? suggestions : ['Give a path where there is room and you may write.'],
    cause: thrown,
  });
}
