import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Changes } from '../../src/model/index.js';
import { config, DISK, EXAMPLES, finished, succeeded, TestHost } from './helpers/embedded.js';

type Attach = 'block-attach' | 'network-attach';
type Detach = 'block-detach' | 'network-detach';

let host: TestHost;
beforeEach(async () => {
  host = await TestHost.start();
});
afterEach(async () => {
  await host.close();
});

function attach(change: Attach, specification: string, domain = 'web') {
  return host.api.change(change, { domain, specification, cwd: EXAMPLES, requestedBy: 'test' });
}

function detach(change: Detach, device: string, force = false) {
  const asked: Changes[Detach] = { domain: 'web', device, force, requestedBy: 'test' };
  return host.api.change(change, asked);
}

async function disks(domain = 'web') {
  return (await host.api.ask('block-list', { domain })).disks;
}

async function vifs(domain = 'web') {
  return (await host.api.ask('network-list', { domain })).vifs;
}

const front = (domid: unknown, device: string): string =>
  `/local/domain/${String(domid)}/device/${device}`;

/** Until the guest is connected to all that it has from the start. */
async function web(extra = ''): Promise<unknown> {
  const { newDomid } = await host.created(config('web', extra));
  for (const device of ['vbd/51712', 'vif/0']) await connected(newDomid, device);
  return newDomid;
}

async function connected(domid: unknown, device: string): Promise<void> {
  await host.until(`${front(domid, device)}/state`, (state) => state === '4');
}

describe('a disk', () => {
  test('is given to a running guest, which connects to it, and taken away again', async () => {
    const domid = await web();
    const { tree } = await host.traces();
    await succeeded(await attach('block-attach', `${DISK},raw,xvdb,r`));
    await connected(domid, 'vbd/51728');
    expect(await disks()).toMatchObject([
      { devid: 51712, vdev: 'xvda', mode: 'w', state: 4 },
      { devid: 51728, vdev: 'xvdb', mode: 'r', state: 4, params: DISK, backendDomid: 0 },
    ]);
    await succeeded(await detach('block-detach', 'xvdb'));
    expect((await host.traces()).tree).toEqual(tree);
  });

  test('is found beside the user, and stays through migrations', async () => {
    await web();
    await succeeded(await attach('block-attach', 'file:disks/root.img,xvdb,w'));
    const { newDomid } = await host.migrated('web');
    await connected(newDomid, 'vbd/51728');
    expect((await disks()).map(({ vdev }) => vdev)).toEqual(['xvda', 'xvdb']);
    await succeeded(await detach('block-detach', '51728'));
    await host.migrated('web');
    expect((await disks()).map(({ vdev }) => vdev)).toEqual(['xvda']);
  });

  test('may be attached again after it was detached', async () => {
    const domid = await web();
    for (let round = 0; round < 3; round++) {
      await succeeded(await attach('block-attach', `${DISK},raw,xvdb,r`));
      await connected(domid, 'vbd/51728');
      await succeeded(await detach('block-detach', 'xvdb'));
    }
    expect(await disks()).toHaveLength(1);
  });

  test('with the number of another is refused, and the other one stays', async () => {
    const domid = await web();
    const { tree } = await host.traces();
    const end = await finished(await attach('block-attach', `${DISK},qcow2,xvda,r`));
    expect(end).toMatchObject({
      status: 'failed',
      error: {
        code: 'EEXIST',
        message: 'device already exists in xenstore: xvda of web',
        where: `domain web, step check-device xvda, /libxl/${String(domid)}/device/vbd/51712`,
      },
    });
    expect((await host.traces()).tree).toEqual(tree);
  });

  test('that is not there leaves nothing behind, not even in the configuration', async () => {
    await web();
    const { tree } = await host.traces();
    const end = await finished(await attach('block-attach', '/nonexistent.img,raw,xvdb,r'));
    expect(end.status).toBe('failed');
    expect(end.error?.message).toMatch(/^vbd 51728 of domain \d+ cannot be plugged in: ENOENT/);
    expect(end.error?.where).toContain('domain web, step await-back-end xvdb');
    expect((await host.traces()).tree).toEqual(tree);
    const { domains } = await host.api.ask('domains', { domain: 'web', long: true });
    expect(domains[0]?.config?.disks).toHaveLength(1);
  });

  test.each([
    ['nonsense=1', 'config-invalid', /unknown disk parameter "nonsense"/],
    ['/a,raw,xvdb,rw,backend=nobody', 'ENOENT', /no driver domain "nobody"/],
  ])('written as %s is refused', async (words, code, message) => {
    await web();
    const refusal = attach('block-attach', words).then(finished);
    const error = await refusal.then(
      (end) => end.error,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test('that the domain has not cannot be detached', async () => {
    await web();
    await expect(detach('block-detach', 'xvdz').then(finished)).rejects.toMatchObject({
      code: 'ENOENT',
      message: 'web has no disk xvdz',
    });
  });
});

describe('a network interface', () => {
  test('gets the next number and an address, and goes by either', async () => {
    const domid = await web();
    const { tree } = await host.traces();
    await succeeded(await attach('network-attach', ''));
    await succeeded(await attach('network-attach', 'mac=00:16:3e:aa:bb:dd,bridge=br7,rate=1MB/s'));
    await connected(domid, 'vif/2');
    expect(await vifs()).toMatchObject([
      { devid: 0, bridge: 'xenbr0' },
      { devid: 1, bridge: 'xenbr0', mac: expect.stringMatching(/^00:16:3e:/) },
      { devid: 2, bridge: 'br7', mac: '00:16:3e:aa:bb:dd', state: 4 },
    ]);
    await succeeded(await detach('network-detach', '1'));
    await succeeded(await detach('network-detach', '00:16:3E:AA:BB:DD'));
    const counter = (line: string) => line.includes('nextDeviceID');
    const after = (await host.traces()).tree;
    expect(after.filter((line) => !counter(line))).toEqual(tree.filter((line) => !counter(line)));
    expect(after.find(counter)).toContain('= "3"');
    // As in xl, the next one is that after the highest there is.
    await succeeded(await attach('network-attach', ''));
    expect((await vifs()).map(({ devid }) => devid)).toEqual([0, 1]);
  });

  test('of a word that nobody knows is refused in xl’s words', async () => {
    await web();
    await expect(attach('network-attach', 'nonsense=1').then(finished)).rejects.toMatchObject({
      message: "unrecognized argument `nonsense=1'",
    });
  });
});

describe('a guest', () => {
  const SHORT = { DOMOVOI_BACKEND_TIMEOUT_MS: '300' };

  /** A domain that never runs never connects to anything, nor lets it go. */
  async function paused(): Promise<unknown> {
    await host.stopDaemon();
    await host.startDaemon(SHORT);
    return (await host.created(config('web'), [], true)).newDomid;
  }

  test('that never connects has the device all the same: the list shows its state', async () => {
    await paused();
    await succeeded(await attach('block-attach', `${DISK},raw,xvdb,r`));
    expect(await disks()).toMatchObject([
      { vdev: 'xvda', state: 1, backendState: 2 },
      { vdev: 'xvdb', state: 1, backendState: 2, eventChannel: null, ringRef: null },
    ]);
  });

  test('that does not let go keeps the device, until it is taken by force', async () => {
    const domid = await paused();
    const before = await host.traces();
    const end = await finished(await detach('block-detach', 'xvda'));
    expect(end).toMatchObject({
      status: 'failed',
      error: {
        code: 'ETIMEDOUT',
        message: `the guest did not let go of vbd 51712 of domain ${String(domid)} within 300 ms`,
        where: `domain web, step close-device xvda, ${front(domid, 'vbd/51712')}`,
        suggestions: [expect.any(String), expect.stringContaining('--force')],
      },
    });
    expect(await host.traces()).toEqual(before);
    await succeeded(await detach('block-detach', 'xvda', true));
    expect(await disks()).toEqual([]);
    expect((await host.traces()).tree.filter((line) => line.includes('vbd'))).toEqual([]);
    const { domains } = await host.api.ask('domains', { domain: 'web', long: true });
    expect(domains[0]?.config?.disks).toEqual([]);
  });

  test('that still uses the device is left with it, closing, and it can be forced', async () => {
    await host.stopDaemon();
    await host.startDaemon(SHORT);
    await web('extra = "refuse_detach=vbd"');
    const end = await finished(await detach('block-detach', 'xvda'));
    expect(end).toMatchObject({ status: 'failed', error: { code: 'ETIMEDOUT' } });
    // As Linux does: it will let go once nothing has it open.
    expect(await disks()).toMatchObject([{ vdev: 'xvda', state: 5, backendState: 5 }]);
    const { domains } = await host.api.ask('domains', { domain: 'web', long: true });
    expect(domains[0]?.config?.disks).toHaveLength(1);
    await succeeded(await detach('block-detach', 'xvda', true));
    expect(await disks()).toEqual([]);
  });

  test('that says why it does not let go is quoted, and no more than that', async () => {
    const domid = await paused();
    const error = `/local/domain/${String(domid)}/error/device/vbd/51712/error`;
    await host.store.write(error, `${'x'.repeat(3000)} 16 Device in use; refusing to close`);
    const end = await finished(await detach('block-detach', 'xvda'));
    expect(end.error?.message).toMatch(/16 Device in use; refusing to close$/);
    expect(end.error?.message.length).toBeLessThan(1200);
  });

  test('that closes its half by itself may be relieved of it', async () => {
    const domid = await web();
    await host.store.write(`${front(domid, 'vif/0')}/state`, '6');
    await host.until(`/local/domain/0/backend/vif/${String(domid)}/0/state`, (at) => at === '6');
    await succeeded(await detach('network-detach', '0'));
    expect(await vifs()).toEqual([]);
  });

  test.each([
    ['nothing', ''],
    ['a number too high', '9'],
    ['a number too low', '-1'],
    ['no end of digits', '4'.repeat(3000)],
    ['control characters', '\u001b[31m'],
  ])('that says %s where a state belongs counts as one that has let go', async (_, state) => {
    const domid = await paused();
    await host.store.write(`${front(domid, 'vbd/51712')}/state`, state);
    await succeeded(await detach('block-detach', 'xvda'));
    expect(await disks()).toEqual([]);
  });
});

describe('a drive', () => {
  const ISO = join(EXAMPLES, 'disks/root.img');
  const DRIVE = `disk += [ ',hdc:cdrom,r' ]`;

  async function win(): Promise<unknown> {
    return (await host.created(`${config('win')}\ntype = "hvm"\n${DRIVE}`)).newDomid;
  }

  test('takes a medium, keeps it through a migration, and gives it back', async () => {
    await win();
    const { tree } = await host.traces();
    const request = { domain: 'win', device: 'hdc', requestedBy: 'test' };
    await succeeded(await host.api.change('cd-insert', { ...request, target: ISO, cwd: EXAMPLES }));
    const drive = async () => (await disks('win')).find(({ vdev }) => vdev === 'hdc')?.params;
    expect(await drive()).toContain(ISO);
    await host.migrated('win');
    expect(await drive()).toContain(ISO);
    await succeeded(await host.api.change('cd-eject', request));
    expect(await drive()).toBe('');
    expect((await host.traces()).tree).toHaveLength(tree.length);
  });

  test('of a guest without a device model is not to be had', async () => {
    await web();
    const request = { domain: 'web', device: 'xvda', requestedBy: 'test' };
    await expect(host.api.change('cd-eject', request).then(finished)).rejects.toMatchObject({
      message: 'cdrom-insert requires an HVM domain',
    });
  });

  test('that is not there, or is none, is refused', async () => {
    await win();
    for (const device of ['hdd', 'xvda']) {
      const request = { domain: 'win', device, requestedBy: 'test' };
      await expect(host.api.change('cd-eject', request).then(finished)).rejects.toMatchObject({
        message: `Virtual device not found: ${device}`,
      });
    }
  });
});

test('the password of a screen is where QEMU reads it, wherever the domain goes, and nowhere else', async () => {
  const { newDomid } = await host.created(config('web', "vfb = [ 'vnc=1,vncpasswd=s3cret' ]"));
  const password = (domid: unknown) =>
    host.store.maybeRead(`/local/domain/0/backend/vfb/${String(domid)}/0/vncpasswd`);
  expect(await password(newDomid)).toBe('s3cret');
  await host.stopDaemon();
  await host.startDaemon();
  const { newDomid: next } = await host.migrated('web');
  expect(await password(next)).toBe('s3cret');
  const told = await host.api.ask('history', { domain: 'web' });
  const { domains } = await host.api.ask('domains', { long: true });
  expect(JSON.stringify([told, domains])).not.toContain('s3cret');
  await host.destroyed('web');
  await host.created(config('web', `uuid = "${domains[1]?.uuid}"\nvfb = [ 'vnc=1' ]`));
  const { domains: again } = await host.api.ask('domains', { domain: 'web' });
  expect(await password(again[0]?.domid)).toBeUndefined();
});

test('a screen is set up beside the disks, and gone with the domain', async () => {
  const before = await host.traces();
  const { newDomid } = await host.created(config('web', "vfb = [ 'vnc=1,vncdisplay=3' ]"));
  const back = `/local/domain/0/backend/vfb/${String(newDomid)}/0`;
  expect(await host.store.readText(`${back}/vncdisplay`)).toBe('3');
  expect(await host.store.exists(front(newDomid, 'vkbd/0'))).toBe(true);
  const { newDomid: next } = await host.migrated('web');
  expect(await host.store.exists(front(next, 'vfb/0'))).toBe(true);
  await host.destroyed('web');
  expect(await host.traces()).toEqual(before);
});
