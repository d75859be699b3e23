import { execFile } from 'node:child_process';
import { access, readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseDomainConfig } from '../../src/config/index.js';

const here = dirname(fileURLToPath(import.meta.url));
const examples = join(here, '../../examples');
const cache = join(here, '../../node_modules/.cache/domovoi/xl-examples');

describe('our examples', () => {
  test.each(['pv', 'pvh', 'hvm', 'busy'])(
    '%s.cfg is right, and its files are there',
    async (name) => {
      const file = join(examples, `${name}.cfg`);
      const { config, warnings } = parseDomainConfig(await readFile(file, 'utf8'), { file });
      expect(warnings).toEqual([]);
      expect(config.name).toBe(name);
      expect(config.uuid).toBeUndefined();
      expect(config.type).toBe(name === 'busy' ? 'pv' : name);
      expect(config.memoryKib).toBeGreaterThanOrEqual(64 * 1024);
      expect(config.maxMemoryKib).toBeLessThanOrEqual(256 * 1024);
      const paths = [config.kernel, ...config.disks.map((disk) => disk.target)];
      for (const path of paths) {
        if (path !== undefined) await access(join(examples, path));
      }
    },
  );

  test('there is no example that this test does not know', async () => {
    const names = (await readdir(examples)).filter((file) => file.endsWith('.cfg'));
    expect(names.sort()).toEqual(['busy.cfg', 'hvm.cfg', 'pv.cfg', 'pvh.cfg']);
  });

  test('the tiny kernel says what it is in its first line', async () => {
    const kernel = await readFile(join(examples, 'kernels/tiny'), 'utf8');
    expect(kernel.split('\n')[0]).toBe('#!domovoi-guest');
  });

  test('the root disk is 32 KiB', async () => {
    expect((await stat(join(examples, 'disks/root.img'))).size).toBe(32 * 1024);
  });
});

describe('the examples of Debian’s xen-utils-common', () => {
  const expected = {
    'xlexample.pvlinux': {
      name: 'example.pvlinux',
      type: 'pv',
      memoryKib: 131072,
      vcpus: 2,
      kernel: '/boot/vmlinuz',
      cmdline: 'root=/dev/xvda1',
      disks: [{ target: '/dev/vg/guest-volume', vdev: 'xvda', format: 'raw', mode: 'w' }],
      vifs: [{ devid: 0, bridge: 'xenbr0', type: 'vif' }],
    },
    'xlexample.pvhlinux': {
      name: 'example.pvhlinux',
      type: 'pvh',
      memoryKib: 524288,
      vcpus: 4,
      kernel: '/boot/vmlinuz',
      disks: [{ target: '/dev/zvol/tank/guest-volume', vdev: 'xvda' }],
    },
    'xlexample.hvm': {
      name: 'example.hvm',
      type: 'hvm',
      memoryKib: 131072,
      vcpus: 2,
      disks: [{ target: '/dev/vg/guest-volume', vdev: 'xvda' }],
      vifs: [{ devid: 0, type: 'ioemu' }],
      display: { sdl: true },
    },
  };
  let found: { readonly directory: string } | { readonly missing: string };

  beforeAll(async () => {
    found = await findXlExamples(Object.keys(expected));
    if ('missing' in found) {
      console.warn(`SKIPPED: Debian's xlexample.* files are not parsed: ${found.missing}`);
    }
  });

  test.for(Object.entries(expected))('%s parses as it is', async ([name, config], { skip }) => {
    if ('missing' in found) return skip(found.missing);
    const file = join(found.directory, name);
    const parsed = parseDomainConfig(await readFile(file, 'utf8'), { file });
    expect(parsed.warnings).toEqual([]);
    expect(parsed.config).toMatchObject(config);
  });
});

/** The directory that has all these files: Xen's own, or our cache, filled if need be. */
async function findXlExamples(
  names: readonly string[],
): Promise<{ readonly directory: string } | { readonly missing: string }> {
  for (const directory of ['/etc/xen', cache]) {
    if (await hasAll(directory, names)) return { directory };
  }
  try {
    await promisify(execFile)(join(here, 'fetch-xl-examples.sh'), [cache], { timeout: 60_000 });
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message.trim() : String(thrown);
    return { missing: `they are not in /etc/xen, and cannot be fetched: ${reason}` };
  }
  return { directory: cache };
}

async function hasAll(directory: string, names: readonly string[]): Promise<boolean> {
  const files = new Set(await readdir(directory).catch(nothingThere));
  return names.every((name) => files.has(name));
}

function nothingThere(thrown: unknown): string[] {
  if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return [];
  throw thrown;
}
