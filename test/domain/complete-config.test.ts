import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { parseDomainConfig } from '../../src/config/index.js';
import { completeConfig } from '../../src/domain/index.js';
import type { CompleteConfig } from '../../src/layout/index.js';
import { parseUuid } from '../../src/model/index.js';
import { temporaryDirectory } from '../runtime/temporary.js';

let cwd: string;
let beside: string;
beforeEach(() => {
  const root = temporaryDirectory();
  cwd = join(root, 'here');
  beside = join(root, 'there');
  for (const directory of [cwd, beside]) mkdirSync(directory);
});

function complete(text: string): Promise<CompleteConfig> {
  const file = join(beside, 'x.cfg');
  const { config } = parseDomainConfig(`name="x"\ntype="hvm"\nmemory=8\n${text}`, { file });
  return completeConfig(config, { cwd, file });
}

test('a relative path is looked for where the user stands, then beside the file', async () => {
  writeFileSync(join(cwd, 'both'), '');
  writeFileSync(join(beside, 'both'), '');
  writeFileSync(join(beside, 'rd'), '');
  const config = await complete('kernel="both"\nramdisk="rd"\ndisk=["rd,raw,xvda,r"]');
  expect(config.kernel).toBe(join(cwd, 'both'));
  expect(config.ramdisk).toBe(join(beside, 'rd'));
  expect(config.disks[0]?.target).toBe(join(beside, 'rd'));
});

test('a path that is nowhere stays where the user stands, for the error to name', async () => {
  expect((await complete('kernel="nowhere"')).kernel).toBe(join(cwd, 'nowhere'));
});

test('absolute paths, and targets of other scripts than block, are taken as they are', async () => {
  writeFileSync(join(cwd, 'target'), '');
  const config = await complete(
    'kernel="/boot/k"\ndisk=["script=block-nbd,vdev=xvda,target=target"]',
  );
  expect(config.kernel).toBe('/boot/k');
  expect(config.disks[0]?.target).toBe('target');
});

test('what is absent stays absent', async () => {
  const config = await complete('disk=["vdev=hdc,cdrom"]');
  expect('kernel' in config).toBe(false);
  expect(config.disks[0] !== undefined && 'target' in config.disks[0]).toBe(false);
});

test('a UUID and MAC addresses are made up where none are given, new ones each time', async () => {
  const text = 'vif=["mac=00:16:3e:00:00:01",""]';
  const [one, other] = [await complete(text), await complete(text)];
  expect(parseUuid(one.uuid)).toBe(one.uuid);
  expect(one.uuid).not.toBe(other.uuid);
  expect(one.vifs[0]?.mac).toBe('00:16:3e:00:00:01');
  expect(one.vifs[1]?.mac).toMatch(/^00:16:3e:[0-7][0-9a-f](:[0-9a-f]{2}){2}$/);
  expect(one.vifs[1]?.mac).not.toBe(other.vifs[1]?.mac);
});

test('a given UUID stays', async () => {
  const uuid = '6a1f3e0c-9b5d-4c1e-8f27-0d9a7b3c5e11';
  expect((await complete(`uuid="${uuid}"`)).uuid).toBe(uuid);
});
