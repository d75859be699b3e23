import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Writable } from 'node:stream';
import type { DumpFiles } from '../domain/index.js';
import { ToolstackError, toToolstackError } from '../model/index.js';

/** Dumps that are not written; only whether they could be is looked at. */
export const PRETEND_DUMP_FILES: DumpFiles = {
  async write(file, _attempt, fill) {
    try {
      await access(dirname(file), constants.W_OK);
    } catch (cause) {
      const { code, message } = toToolstackError(cause);
      throw new ToolstackError(code, `cannot write the dump: ${message}`, {
        where: file,
        suggestions: ['Give a path where there is room and you may write.'],
        cause,
      });
    }
    const found = await stat(file).catch(() => undefined);
    if (found !== undefined && !found.isFile()) {
      throw new ToolstackError('EINVAL', `"${file}" is no regular file`, {
        suggestions: ['Give the path of a file, there already or not.'],
      });
    }
    await fill(new Writable({ write: (_chunk, _encoding, done) => done() }));
  },

  discard: () => Promise.resolve(),
};
