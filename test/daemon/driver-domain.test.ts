import { afterEach, beforeEach, expect, test } from 'vitest';
import { config, DISK, EXAMPLES, finished, succeeded, TestHost } from './helpers/embedded.js';

let host: TestHost;
let drivers: unknown;
beforeEach(async () => {
  host = await TestHost.start({ DOMOVOI_BACKEND_TIMEOUT_MS: '2000' });
  const { newDomid } = await host.created(config('drivers', 'extra = "backends=vbd,vif"'));
  drivers = newDomid;
});
afterEach(async () => {
  await host.close();
});

function attach(change: 'block-attach' | 'network-attach', specification: string) {
  return host.api.change(change, { domain: 'web', specification, cwd: EXAMPLES, requestedBy: 'x' });
}

async function connected(domid: unknown, device: string): Promise<void> {
  await host.until(`/local/domain/${String(domid)}/device/${device}/state`, (at) => at === '4');
}

test('devices are served from another domain, from the start and later, and go again', async () => {
  await host.until(`/local/domain/${String(drivers)}/device/vif/0/state`, (at) => at === '4');
  const before = await host.traces();
  const { newDomid } = await host.created(
    config('web', `vif += [ 'mac=00:16:3e:00:00:09,backend=drivers' ]`),
  );
  await connected(newDomid, 'vif/1');
  await succeeded(await attach('block-attach', `${DISK},raw,xvdb,r,backend=drivers`));
  await connected(newDomid, 'vbd/51728');
  const { disks } = await host.api.ask('block-list', { domain: 'web' });
  expect(disks[1]).toMatchObject({
    vdev: 'xvdb',
    backendDomid: drivers,
    backendPath: `/local/domain/${String(drivers)}/backend/vbd/${String(newDomid)}/51728`,
    state: 4,
  });
  const { tree } = await host.traces();
  const node = `/local/domain/${String(drivers)}/backend/vif/${String(newDomid)}/1/mac`;
  expect(tree).toContain(
    `${node} = "00:16:3e:00:00:09" (n${String(drivers)},r${String(newDomid)})`,
  );
  const detach = { domain: 'web', device: 'xvdb', requestedBy: 'test' };
  await succeeded(await host.api.change('block-detach', detach));
  await host.destroyed('web');
  expect(await host.traces()).toEqual(before);
});

test('a driver domain that has no driver for it is named', async () => {
  await host.created(config('web'));
  const { tree } = await host.traces();
  const end = await finished(await attach('block-attach', `${DISK},qcow2,xvdb,r,backend=drivers`));
  expect(end).toMatchObject({
    status: 'failed',
    error: {
      code: 'ETIMEDOUT',
      suggestions: [`Check that domain ${String(drivers)} has a driver for qdisk devices.`],
    },
  });
  expect((await host.traces()).tree).toEqual(tree);
});

test('a driver domain that dies takes nobody along: its devices can be detached', async () => {
  const { newDomid } = await host.created(config('web'));
  await succeeded(await attach('network-attach', 'backend=drivers'));
  await connected(newDomid, 'vif/1');
  await host.destroyed('drivers');
  const device = { domain: 'web', device: '1', requestedBy: 'test' };
  await succeeded(await host.api.change('network-detach', device));
  const { vifs } = await host.api.ask('network-list', { domain: 'web' });
  expect(vifs.map(({ devid }) => devid)).toEqual([0]);
  await host.destroyed('web');
  const { tree } = await host.traces();
  expect(tree.filter((line) => /^\/(vm\/(?!0{8})|libxl|local\/domain\/[1-9])/.test(line))).toEqual(
    [],
  );
});

test('a driver domain that cannot serve a device says why', async () => {
  await host.created(config('web'));
  const refused = attach('block-attach', '/nonexistent,raw,xvdb,r,backend=drivers').then(finished);
  expect((await refused).error?.message).toMatch(/^vbd 51728 of domain \d+ cannot be plugged in/);
});
