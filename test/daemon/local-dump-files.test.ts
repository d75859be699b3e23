import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LOCAL_DUMP_FILES } from '../../src/daemon/local-dump-files.js';

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'dv-dumps-'));
  file = join(directory, 'core');
});
afterEach(() => rmSync(directory, { recursive: true }));

const write = (to = file, text = 'memory') =>
  LOCAL_DUMP_FILES.write(to, '1', async (output) => {
    output.write(text);
  });

test('a dump is its owner’s alone, whatever was there before', async () => {
  writeFileSync(file, 'older and longer than the new one', { mode: 0o666 });
  await write();
  expect(readFileSync(file, 'utf8')).toBe('memory');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(directory)).toEqual(['core']);
});

test('a dump that fails half-way leaves nothing, and what was there whole', async () => {
  writeFileSync(file, 'older');
  const failing = LOCAL_DUMP_FILES.write(file, '1', async (output) => {
    output.write('half');
    throw new Error('the domain is gone');
  });
  await expect(failing).rejects.toThrow('cannot write the dump: the domain is gone');
  expect(readFileSync(file, 'utf8')).toBe('older');
  expect(readdirSync(directory)).toEqual(['core']);
});

test('what a killed daemon left of a dump is found by its attempt', async () => {
  await LOCAL_DUMP_FILES.discard(file, '1');
  let left: string[] = [];
  await LOCAL_DUMP_FILES.write(file, '1', async () => {
    left = readdirSync(directory);
  });
  expect(left).toHaveLength(1);
  rmSync(file);
  for (const name of left) writeFileSync(join(directory, name), 'half');
  await LOCAL_DUMP_FILES.discard(file, '2');
  expect(readdirSync(directory)).toEqual(left);
  await LOCAL_DUMP_FILES.discard(file, '1');
  expect(readdirSync(directory)).toEqual([]);
});

test('nothing but files is replaced, and links are followed', async () => {
  await expect(write(directory)).rejects.toMatchObject({ code: 'EINVAL' });
  await expect(write('/dev/null')).rejects.toMatchObject({ code: 'EINVAL' });
  expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  const link = join(directory, 'link');
  writeFileSync(file, 'older');
  symlinkSync(file, link);
  await write(link);
  expect(readFileSync(file, 'utf8')).toBe('memory');
});

test('a directory that is not there is an error that names the file', async () => {
  const lost = join(directory, 'no', 'core');
  await expect(write(lost)).rejects.toMatchObject({ code: 'ENOENT', where: lost });
});
