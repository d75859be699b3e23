import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DOM0, domid } from '../../src/model/index.js';
import { changed, refused, seen } from './helpers/changes.js';
import { config, TestHost } from './helpers/embedded.js';

let host: TestHost;
beforeEach(async () => {
  host = await TestHost.start();
});
afterEach(() => host.close());

const VCPUS = 'vcpus = 2\nmaxvcpus = 4';

/** A domain that has come up, and its number. */
async function domain(extra = VCPUS) {
  const { newDomid } = await host.created(config('web', extra));
  await host.until(`/local/domain/${String(newDomid)}/device/vbd/51712/state`, (at) => at === '4');
  return domid(Number(newDomid));
}

async function affinities(id = DOM0): Promise<(readonly (readonly number[])[])[]> {
  const vcpus = await host.hypervisor.vcpus(id);
  return vcpus.map(({ hardAffinity, softAffinity }) => [hardAffinity, softAffinity]);
}

const ALL = [0, 1, 2, 3];

describe('vcpu-set', () => {
  test('tells the guest which vcpus to use, and is kept over a migration', async () => {
    const id = await domain();
    for (const count of [4, 1, 3]) {
      await changed(host, 'vcpu-set', { domain: 'web', vcpus: count });
      const told = await Promise.all(
        ALL.map((vcpu) => host.store.readText(`/local/domain/${id}/cpu/${vcpu}/availability`)),
      );
      expect(told).toEqual(ALL.map((vcpu) => (vcpu < count ? 'online' : 'offline')));
      await expect
        .poll(async () => (await seen(host, 'web')).vcpus, { timeout: 20_000 })
        .toBe(count);
      const { uuid, config: kept } = await seen(host, 'web');
      expect(kept).toMatchObject({ vcpus: count, maxVcpus: 4 });
      const bitmap = await host.store.readText(`/vm/${uuid}/vcpu_avail`);
      expect(Number(bitmap)).toBe(2 ** count - 1);
    }
    await host.migrated('web');
    expect(await seen(host, 'web')).toMatchObject({ vcpus: 3, maxVcpus: 4 });
  });

  test.each([
    [0, 'Requested 0 VCPUs!'],
    [
      5,
      'You are overcommmitting! You have 4 physical CPUs and want 5 vCPUs! Aborting, use --ignore-host to continue',
    ],
  ])('of %i is refused in xl’s words', async (vcpus, message) => {
    await domain();
    const before = await host.traces();
    expect(await refused(host, 'vcpu-set', { domain: 'web', vcpus })).toMatchObject({
      code: 'EINVAL',
      message,
    });
    expect(await host.traces()).toEqual(before);
  });

  test('of more than the host has is possible when told so, but not more than the domain has', async () => {
    const id = await domain('vcpus = 1\nmaxvcpus = 8');
    await changed(host, 'vcpu-set', { domain: 'web', vcpus: 8, ignoreHost: true });
    expect(await host.store.readText(`/local/domain/${id}/cpu/7/availability`)).toBe('online');
    expect(
      await refused(host, 'vcpu-set', { domain: 'web', vcpus: 9, ignoreHost: true }),
    ).toMatchObject({ message: 'Requested 9 VCPUs, however maxcpus is 8!' });
  });
});

describe('vcpu-pin', () => {
  test('pins one vcpu or all, hard and soft apart, and is kept over a migration', async () => {
    const id = await domain('vcpus = 2');
    const pin = (vcpu: number | 'all', hard: string, soft?: string) =>
      changed(host, 'vcpu-pin', {
        domain: 'web',
        vcpu,
        hard,
        ...(soft === undefined ? {} : { soft }),
      });
    await pin(1, '0-2,^1');
    expect(await affinities(id)).toEqual([
      [ALL, ALL],
      [[0, 2], ALL],
    ]);
    await pin('all', '-', '3');
    expect(await affinities(id)).toEqual([
      [ALL, [3]],
      [[0, 2], [3]],
    ]);
    await pin(0, 'nodes:0,^3', 'all');
    const last = [
      [[0, 1, 2], ALL],
      [[0, 2], [3]],
    ];
    expect(await affinities(id)).toEqual(last);
    expect((await seen(host, 'web')).config).toMatchObject({
      cpus: ['nodes:0,^3', '0-2,^1'],
      cpusSoft: ['all', '3'],
    });
    const { newDomid } = await host.migrated('web');
    expect(await affinities(domid(Number(newDomid)))).toEqual(last);
  });

  test('pins domain 0', async () => {
    await changed(host, 'vcpu-pin', { domain: '0', vcpu: 0, hard: '1' });
    expect((await affinities())[0]).toEqual([[1], ALL]);
  });

  test.each([
    [{ vcpu: 0, hard: '7-9' }, 'there is no CPU of the host in "7-9"'],
    [{ vcpu: 0, hard: '2-1' }, 'Invalid pcpu range: 2-1.'],
    [{ vcpu: 0, hard: '^all' }, 'Can\'t combine "^" and "all".'],
    [{ vcpu: 2, hard: '1' }, 'web has no vcpu 2'],
    [{ vcpu: 0, hard: '-' }, 'neither a hard nor a soft affinity is given'],
  ])('refuses %j', async (wanted, message) => {
    const id = await domain('vcpus = 2');
    const error = await refused(host, 'vcpu-pin', { domain: 'web', ...wanted });
    expect(error).toMatchObject({ code: 'EINVAL', message });
    expect(await affinities(id)).toEqual([
      [ALL, ALL],
      [ALL, ALL],
    ]);
  });
});

describe('sched-credit2', () => {
  test('changes weight and cap, each without the other, and is kept over a migration', async () => {
    const id = await domain();
    await changed(host, 'sched-credit2', { domain: 'web', weight: 512 });
    expect(await host.hypervisor.scheduling(id)).toEqual({ weight: 512, cap: 0 });
    await changed(host, 'sched-credit2', { domain: 'web', cap: 150 });
    expect(await host.hypervisor.scheduling(id)).toEqual({ weight: 512, cap: 150 });
    expect((await seen(host, 'web')).config).toMatchObject({ cpuWeight: 512, cpuCap: 150 });
    const { newDomid } = await host.migrated('web');
    const moved = await host.hypervisor.scheduling(domid(Number(newDomid)));
    expect(moved).toEqual({ weight: 512, cap: 150 });
  });

  test.each([
    [{ weight: 0 }, 'Cpu weight out of range, valid values are within range from 1 to 65535'],
    [{ weight: 65_536 }, 'Cpu weight out of range, valid values are within range from 1 to 65535'],
    [
      { cap: 401 },
      'Cpu cap out of range, valid range is from 0 to 400 for specified number of vcpus',
    ],
  ])('refuses %j in libxl’s words', async (wanted, message) => {
    const id = await domain();
    const error = await refused(host, 'sched-credit2', { domain: 'web', ...wanted });
    expect(error).toMatchObject({ code: 'EINVAL', message });
    expect(await host.hypervisor.scheduling(id)).toEqual({ weight: 256, cap: 0 });
  });
});

test('a configuration’s CPUs, weight and cap hold from the start, and after a migration', async () => {
  const id = await domain(
    'vcpus = 2\ncpus = [ "0", "1-2" ]\ncpus_soft = "3"\ncpu_weight = 300\ncap = 50',
  );
  const expected = [
    [[0], [3]],
    [[1, 2], [3]],
  ];
  expect(await affinities(id)).toEqual(expected);
  expect(await host.hypervisor.scheduling(id)).toEqual({ weight: 300, cap: 50 });
  const { newDomid } = await host.migrated('web');
  expect(await affinities(domid(Number(newDomid)))).toEqual(expected);
});

test('a configuration that names only CPUs that are not there makes no domain', async () => {
  const before = await host.traces();
  await expect(host.created(config('web', 'cpus = "9"'))).rejects.toThrow(/no processor to run on/);
  expect(await host.traces()).toEqual(before);
});
