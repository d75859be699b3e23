import { afterEach, beforeEach, expect, test } from 'vitest';
import { domid, mibToKib, type Uuid } from '../../src/model/index.js';
import { changed, seen } from './helpers/changes.js';
import { config, TestHost } from './helpers/embedded.js';

let host: TestHost;
beforeEach(async () => {
  host = await TestHost.start();
});
afterEach(() => host.close());

test('what was changed while a domain ran it still has after it has rebooted', async () => {
  const { newDomid, uuid } = await host.created(
    config('web', 'maxmem = 16\nvcpus = 2\nmaxvcpus = 4'),
  );
  const domain = String(uuid);
  await changed(host, 'rename', { domain, name: 'shop' });
  await changed(host, 'mem-max', { domain, kib: mibToKib(32) });
  await changed(host, 'mem-set', { domain, kib: mibToKib(24) });
  await changed(host, 'vcpu-set', { domain, vcpus: 3 });
  await changed(host, 'vcpu-pin', { domain, vcpu: 1, hard: '2', soft: '1-2' });
  await changed(host, 'sched-credit2', { domain, weight: 300, cap: 50 });
  await changed(host, 'reboot', { domain });
  const first = { domid: domid(Number(newDomid)), uuid: String(uuid) as Uuid, gone: true };
  expect(await host.api.ask('fate', first)).toEqual({ state: 'gone' });
  const query = { domain: 'shop', for: 'running', timeoutMs: 20_000 } as const;
  expect(await host.api.ask('wait', query)).toMatchObject({ reached: true });
  const again = await seen(host, 'shop');
  expect(again.uuid).toBe(uuid);
  expect(again.domid).not.toBe(newDomid);
  expect(again).toMatchObject({ memoryKib: mibToKib(24), vcpus: 3, maxVcpus: 4 });
  const memory = `/local/domain/${again.domid}/memory`;
  expect(await host.store.readText(`${memory}/static-max`)).toBe(String(mibToKib(32)));
  const [, pinned] = await host.hypervisor.vcpus(again.domid);
  expect(pinned).toMatchObject({ hardAffinity: [2], softAffinity: [1, 2] });
  expect(await host.hypervisor.scheduling(again.domid)).toEqual({ weight: 300, cap: 50 });
});
