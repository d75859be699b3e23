import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import type { DomainImage } from '../hypervisor/hypervisor.js';
import { ToolstackError, toToolstackError } from '../model/index.js';

/** Looks whether what a domain is to boot is there. @throws ToolstackError ENOENT, EACCES, ENOEXEC */
export async function checkImage({ kernel, ramdisk }: DomainImage): Promise<void> {
  await checkFile(kernel, 'kernel');
  if (ramdisk !== undefined) await checkFile(ramdisk, 'ramdisk');
}

async function checkFile(path: string, what: 'kernel' | 'ramdisk'): Promise<void> {
  const suggestions = [`Set ${what}= to the path of a ${what} on this host.`];
  try {
    await access(path, constants.R_OK);
    if ((await stat(path)).isFile()) return;
  } catch (cause) {
    const { code, message } = toToolstackError(cause);
    throw new ToolstackError(code, `cannot read the ${what}: ${message}`, { suggestions, cause });
  }
  throw new ToolstackError('ENOEXEC', `cannot read the ${what}: "${path}" is not a file`, {
    suggestions,
  });
}
