import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { ToolstackError, toToolstackError } from '../../model/index.js';

/** What the machine loads into frame memory of a kernel: its beginning. */
const LOADED_BYTES = 1024 * 1024;
const GUEST_MAGIC = Buffer.from('#!domovoi-guest');
const ELF_MAGIC = Buffer.from('\x7fELF');
/** A bzImage carries this at 0x202 (Linux, Documentation/arch/x86/boot.rst). */
const BZIMAGE_MAGIC = Buffer.from('HdrS');
const BZIMAGE_OFFSET = 0x202;

/**
 * Reads a kernel for a simulated guest. Anything that Xen's builders would take for a kernel, an
 * ELF file or a bzImage, and our own `#!domovoi-guest` files, boots as the simulated guest.
 * @throws ToolstackError ENOENT, EACCES, ENOEXEC
 */
export async function readKernel(path: string): Promise<Buffer> {
  const bytes = await readBeginning(path, 'kernel');
  const bzImage = bytes.subarray(BZIMAGE_OFFSET, BZIMAGE_OFFSET + BZIMAGE_MAGIC.length);
  if (
    startsWith(bytes, GUEST_MAGIC) ||
    startsWith(bytes, ELF_MAGIC) ||
    bzImage.equals(BZIMAGE_MAGIC)
  ) {
    return bytes;
  }
  throw new ToolstackError('ENOEXEC', `"${path}" is no kernel that Xen could boot`, {
    suggestions: ['Set kernel= to an ELF file, a bzImage or a #!domovoi-guest file.'],
  });
}

/** Checks that a ramdisk can be read. Nothing looks at what is in it. @throws ToolstackError ENOENT … */
export async function checkRamdisk(path: string): Promise<void> {
  await readBeginning(path, 'ramdisk');
}

async function readBeginning(path: string, what: 'kernel' | 'ramdisk'): Promise<Buffer> {
  try {
    // Opening a pipe that nobody writes to would wait for ever.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      if (!(await file.stat()).isFile()) {
        throw new ToolstackError('ENOEXEC', `"${path}" is not a file`);
      }
      const { bytesRead, buffer } = await file.read(Buffer.alloc(LOADED_BYTES), 0, LOADED_BYTES, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code, message } = toToolstackError(error);
    throw new ToolstackError(
      code === 'internal' ? 'EIO' : code,
      `cannot read the ${what}: ${message}`,
      {
        suggestions: [`Set ${what}= to the path of a ${what} on this host.`],
        cause: error,
      },
    );
  }
}

function startsWith(bytes: Buffer, magic: Buffer): boolean {
  return bytes.subarray(0, magic.length).equals(magic);
}
