import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkRamdisk, readKernel } from '../../../src/machine/guest/kernel.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'dm-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function file(bytes: Uint8Array): string {
  const path = join(directory, 'kernel');
  writeFileSync(path, bytes);
  return path;
}

function bzImage(): Buffer {
  const bytes = Buffer.alloc(1024);
  bytes.write('HdrS', 0x202);
  return bytes;
}

describe('a kernel', () => {
  test.each([
    ['an ELF file', Buffer.from('\x7fELF\x02\x01\x01')],
    ['a bzImage', bzImage()],
    ['a guest of ours', Buffer.from('#!domovoi-guest\n')],
  ])('is %s', async (_what, bytes) => {
    expect((await readKernel(file(bytes))).equals(bytes)).toBe(true);
  });

  test.each([
    ['an empty file', Buffer.alloc(0)],
    ['a script', Buffer.from('#!/bin/sh\n')],
    ['half a bzImage', bzImage().subarray(0, 0x204)],
  ])('is not %s', async (_what, bytes) => {
    await expect(readKernel(file(bytes))).rejects.toMatchObject({
      code: 'ENOEXEC',
      message: expect.stringContaining(directory),
    });
  });

  test('that is not there, or no file, is said to be so', async () => {
    await expect(readKernel(join(directory, 'nothing'))).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(readKernel(directory)).rejects.toMatchObject({ code: 'ENOEXEC' });
    await expect(readKernel('a\0b')).rejects.toMatchObject({ code: 'EIO' });
    await expect(checkRamdisk(join(directory, 'nothing'))).rejects.toMatchObject({
      code: 'ENOENT',
      message: expect.stringContaining('ramdisk'),
    });
  });

  test('is no pipe: nobody waits for what may never come', async () => {
    const pipe = join(directory, 'pipe');
    execFileSync('mkfifo', [pipe]);
    await expect(readKernel(pipe)).rejects.toMatchObject({ code: 'ENOEXEC' });
  });

  test('is loaded up to its first MiB', async () => {
    const long = Buffer.alloc(3 * 1024 * 1024, 7);
    long.write('\x7fELF');
    expect(await readKernel(file(long))).toHaveLength(1024 * 1024);
  });
});
