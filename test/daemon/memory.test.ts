import { afterEach, beforeEach, expect, test } from 'vitest';
import { mibToKib } from '../../src/model/index.js';
import { changed, refused, seen } from './helpers/changes.js';
import { config, TestHost } from './helpers/embedded.js';

let host: TestHost;
beforeEach(async () => {
  host = await TestHost.start();
});
afterEach(() => host.close());

/** A domain of 8 MiB that may have 16. */
async function domain(extra = ''): Promise<string> {
  const { newDomid } = await host.created(config('web', `maxmem = 16\n${extra}`));
  await host.until(`/local/domain/${String(newDomid)}/device/vbd/51712/state`, (at) => at === '4');
  return `/local/domain/${String(newDomid)}`;
}

/** Resolves when the guest has as much as it was told to have. */
async function ballooned(mib: number): Promise<void> {
  await expect
    .poll(async () => (await seen(host, 'web')).memoryKib, { timeout: 20_000 })
    .toBe(mibToKib(mib));
}

test('mem-set has the guest balloon, and is kept over a migration', async () => {
  const home = await domain();
  for (const mib of [6, 12, 16]) {
    await changed(host, 'mem-set', { domain: 'web', kib: mibToKib(mib) });
    expect(await host.store.readText(`${home}/memory/target`)).toBe(String(mib * 1024));
    await ballooned(mib);
    const { uuid, maxMemoryKib, config: kept } = await seen(host, 'web');
    expect(await host.store.readText(`/vm/${uuid}/memory`)).toBe(String(mib));
    expect(maxMemoryKib).toBe(mib * 1024 + 1024);
    expect(kept).toMatchObject({ memoryKib: mib * 1024, maxMemoryKib: 16 * 1024 });
  }
  await changed(host, 'mem-set', { domain: 'web', kib: mibToKib(6) });
  await ballooned(6);
  const { newDomid } = await host.migrated('web');
  expect(await host.store.readText(`/local/domain/${String(newDomid)}/memory/target`)).toBe('6144');
});

test('video RAM is not the guest’s to give back', async () => {
  const home = await domain('videoram = 2');
  await changed(host, 'mem-set', { domain: 'web', kib: mibToKib(10) });
  expect(await host.store.readText(`${home}/memory/target`)).toBe('8192');
  await ballooned(10);
});

test('mem-max changes what a domain may have, and no more', async () => {
  const home = await domain();
  await changed(host, 'mem-max', { domain: 'web', kib: mibToKib(32) });
  expect(await host.store.readText(`${home}/memory/static-max`)).toBe('32768');
  expect(await seen(host, 'web')).toMatchObject({
    memoryKib: 8192,
    maxMemoryKib: 33_792,
    config: { memoryKib: 8192, maxMemoryKib: 32_768 },
  });
});

test('what the old manual’s keys say follows, where they are', async () => {
  const home = await domain();
  const { uuid } = await seen(host, 'web');
  await host.store.write(`${home}/maxmem_KiB`, '1');
  await host.store.write(`/vm/${uuid}/maxmem`, '1');
  await changed(host, 'mem-max', { domain: 'web', kib: mibToKib(32) });
  expect(await host.store.readText(`${home}/maxmem_KiB`)).toBe('32768');
  expect(await host.store.readText(`/vm/${uuid}/maxmem`)).toBe('32');
  await host.store.remove(`${home}/maxmem_KiB`);
  await changed(host, 'mem-max', { domain: 'web', kib: mibToKib(48) });
  expect(await host.store.exists(`${home}/maxmem_KiB`)).toBe(false);
});

test.each([
  ['mem-set', 17, 'memory_dynamic_max must be less than or equal to memory_static_max'],
  ['mem-set', 0, 'web cannot run without memory'],
  ['mem-max', 7, 'memory_static_max must be greater than or or equal to memory_dynamic_max'],
] as const)('a %s to %i MiB is refused, and changes nothing', async (verb, mib, message) => {
  await domain();
  const before = await host.traces();
  const error = await refused(host, verb, { domain: 'web', kib: mibToKib(mib) });
  expect(error).toMatchObject({ code: 'EINVAL', message });
  expect(await host.traces()).toEqual(before);
});
