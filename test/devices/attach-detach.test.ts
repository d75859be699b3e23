import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseDomainConfig } from '../../src/config/index.js';
import {
  addDevices,
  awaitBackEnd,
  awaitConsole,
  type DeviceLimits,
  devicesFromConfig,
  listDevices,
  removeDevice,
} from '../../src/devices/index.js';
import {
  backEndPath,
  consoleDevice,
  type Device,
  type DeviceAddress,
  frontEndPath,
} from '../../src/layout/index.js';
import { DOM0, domid } from '../../src/model/index.js';
import type { Store, StoreView, XenStoreClient } from '../../src/xenstore/client.js';
import { dump, lines } from '../layout/dump.js';
import { openStore, type TestStore } from '../xenstored/helpers/daemon.js';
import { BackEnds, type Script, WILLING } from './back-end.js';

const GUEST = domid(5);
const PATIENT: DeviceLimits = { backendMs: 20_000, hotplugMs: 20_000, consoleMs: 20_000 };
const NEVER = new AbortController().signal;

let daemon: TestStore;
let store: XenStoreClient;
let backEnds: BackEnds;
let before: string[];
beforeEach(async () => {
  daemon = await openStore();
  store = await daemon.connect();
  backEnds = new BackEnds(await daemon.connect());
  await store.write('/local/domain/0/domid', '0');
  await store.write('/local/domain/5/domid', '5');
  await store.write('/local/domain/5/device', '');
  await store.write('/libxl/5/device', '');
  before = lines(await dump(store));
});
afterEach(async () => {
  await backEnds.close();
  await store.close();
  await daemon.close();
});

async function devices(spec: string, backendDomid = DOM0): Promise<Device[]> {
  const text = `name="x"\ntype="pv"\nkernel="/k"\nmemory=8\n${spec}`;
  const { config } = parseDomainConfig(text, { file: 'x.cfg' });
  return devicesFromConfig(config, GUEST, () => Promise.resolve(backendDomid));
}

async function oneDisk(): Promise<{ device: Device; address: DeviceAddress; path: string }> {
  const [device] = await devices('disk=["/img,raw,xvda,rw"]');
  if (device === undefined) throw new Error('the config has no disk');
  return { device, address: device.address, path: backEndPath(device.address) };
}

async function attach(device: Device, script: Script, limits = PATIENT): Promise<void> {
  await backEnds.serve(device.address, script);
  await addDevices(store, [device]);
  await awaitBackEnd({ store, limits }, device.address, NEVER);
}

describe('attach', () => {
  test('ends when the back end waits for its front end and the script is done', async () => {
    const { device, path } = await oneDisk();
    await attach(device, WILLING);
    expect(await store.readText(`${path}/state`)).toBe('2');
    expect(await listDevices(store, GUEST)).toEqual([device.address]);
  });

  test('waits for the script when the back end is faster', async () => {
    const { device, address, path } = await oneDisk();
    await backEnds.serve(address, (state) => (state === 1 ? { state: '2' } : undefined));
    await addDevices(store, [device]);
    const attached = awaitBackEnd({ store, limits: PATIENT }, address, NEVER);
    await store.waitFor(`${path}/state`, (state) => (state === '2' ? true : undefined), {
      timeoutMs: 20_000,
    });
    await store.write(`${path}/hotplug-status`, 'connected');
    await attached;
  });

  test('names a back end that never answers', async () => {
    const { device, path } = await oneDisk();
    const limits = { ...PATIENT, backendMs: 30 };
    await expect(attach(device, () => undefined, limits)).rejects.toMatchObject({
      code: 'ETIMEDOUT',
      message: 'the back end of vbd 51712 of domain 5 did not answer within 30 ms',
      where: path,
      suggestions: ['Check that domain 0 has a driver for vbd devices.'],
    });
  });

  test('names a script that never ends', async () => {
    const { device } = await oneDisk();
    const limits = { ...PATIENT, hotplugMs: 30 };
    const attached = attach(device, (state) => (state === 1 ? { state: '2' } : undefined), limits);
    await expect(attached).rejects.toMatchObject({
      code: 'ETIMEDOUT',
      message: 'the hotplug script of vbd 51712 of domain 5 did not end within 30 ms',
    });
  });

  test.each(['5', '6'])('says that the back end refused, and why, in state %s', async (state) => {
    const { device, path } = await oneDisk();
    const refuse: Script = (at) => (at === 1 ? { error: '22 no such sector', state } : undefined);
    await expect(attach(device, refuse)).rejects.toMatchObject({
      code: 'EIO',
      message: 'the back end refused vbd 51712 of domain 5: 22 no such sector',
      where: path,
    });
  });

  test("gives the script's own words when it failed", async () => {
    const { device } = await oneDisk();
    const fail: Script = (at) =>
      at === 1
        ? { 'hotplug-error': '/img is in use', 'hotplug-status': 'error', state: '2' }
        : undefined;
    await expect(attach(device, fail)).rejects.toMatchObject({
      code: 'EIO',
      message: 'vbd 51712 of domain 5 cannot be plugged in: /img is in use',
    });
  });

  test('of an image that QEMU serves waits for no script', async () => {
    const [device] = await devices('disk=["/img,qcow2,xvda,rw"]');
    if (device === undefined) throw new Error('the config has no disk');
    await attach(device, (state) => (state === 1 ? { state: '2' } : undefined));
    expect(backEndPath(device.address)).toBe('/local/domain/0/backend/qdisk/5/51712');
    expect(await listDevices(store, GUEST)).toEqual([device.address]);
  });

  test('ends when it is cancelled', async () => {
    const { device } = await oneDisk();
    await addDevices(store, [device]);
    const cancel = new AbortController();
    const attached = awaitBackEnd({ store, limits: PATIENT }, device.address, cancel.signal);
    cancel.abort();
    await expect(attached).rejects.toMatchObject({ code: 'ECANCELED' });
  });

  test('puts a new device where an old one was left', async () => {
    const { device, address, path } = await oneDisk();
    await addDevices(store, [device]);
    const fresh = lines(await dump(store));
    await store.write(`${path}/sectors`, '64');
    await store.write(`${frontEndPath(address)}/ring-ref`, '8');
    await addDevices(store, [device]);
    expect(lines(await dump(store))).toEqual(fresh);
  });

  test('of a console that nobody serves', async () => {
    await addDevices(store, [consoleDevice(GUEST, 2)]);
    const limits = { ...PATIENT, consoleMs: 30 };
    await expect(awaitConsole(store, GUEST, limits, NEVER)).rejects.toMatchObject({
      code: 'ETIMEDOUT',
      message: 'nobody serves the console of domain 5 after 30 ms',
    });
  });

  test('of a console gives where to look at it', async () => {
    await addDevices(store, [consoleDevice(GUEST, 2)]);
    const served = awaitConsole(store, GUEST, PATIENT, NEVER);
    await store.write('/local/domain/5/console/tty', '/dev/pts/9');
    expect(await served).toBe('/dev/pts/9');
  });
});

describe('detach', () => {
  test('closes the back end, which sees online fall before the state', async () => {
    const { device, address } = await oneDisk();
    await attach(device, WILLING);
    expect(await removeDevice({ store, limits: PATIENT }, address)).toEqual({ closed: true });
    expect(lines(await dump(store))).toEqual(before);
    expect(backEnds.seen).toContain('vbd/51712 state 5 online 0');
    expect(backEnds.seen).not.toContain('vbd/51712 state 5 online 1');
  });

  test('of a device whose back end never closes leaves nothing either', async () => {
    const { device, address } = await oneDisk();
    await attach(device, (state) => (state === 1 ? WILLING(state) : undefined));
    expect(await removeDevice({ store, limits: { ...PATIENT, backendMs: 30 } }, address)).toEqual({
      closed: false,
    });
    expect(lines(await dump(store))).toEqual(before);
  });

  test('of a device whose back end is gone, or was never there, ends at once', async () => {
    const { device, address, path } = await oneDisk();
    await addDevices(store, [device]);
    await store.remove(path);
    expect(await removeDevice({ store, limits: PATIENT }, address)).toEqual({ closed: true });
    expect(await removeDevice({ store, limits: PATIENT }, address)).toEqual({ closed: true });
    expect(lines(await dump(store))).toEqual(before);
  });

  test('of one device leaves its neighbours alone, of the last one their directories go', async () => {
    const all = await devices(
      'disk=["/a,raw,xvda,rw","/b,raw,xvdb,r","/c,qcow2,xvdc,rw"]\nvif=["mac=00:16:3e:00:00:01"]',
    );
    for (const { address } of all) await backEnds.serve(address, WILLING);
    await addDevices(store, all);
    await Promise.all(
      all.map(({ address }) => awaitBackEnd({ store, limits: PATIENT }, address, NEVER)),
    );
    const [first, ...rest] = all.map(({ address }) => address);
    if (first === undefined) throw new Error('there are no devices');
    await removeDevice({ store, limits: PATIENT }, first);
    expect(await listDevices(store, GUEST)).toEqual(expect.arrayContaining(rest));
    expect(await listDevices(store, GUEST)).toHaveLength(rest.length);
    expect(await store.exists(backEndPath(first))).toBe(false);
    await Promise.all(rest.map((address) => removeDevice({ store, limits: PATIENT }, address)));
    expect(lines(await dump(store))).toEqual(before);
  });

  test('at a driver domain keeps what is that domain’s own', async () => {
    await store.write('/local/domain/9/name', 'drivers');
    const own = lines(await dump(store));
    const [device] = await devices('vif=["mac=00:16:3e:00:00:01,backend=drivers"]', domid(9));
    if (device === undefined) throw new Error('the config has no vif');
    await attach(device, WILLING);
    expect(await store.exists('/local/domain/9/backend/vif/5/0')).toBe(true);
    await removeDevice({ store, limits: { ...PATIENT, backendMs: 300 } }, device.address);
    expect(lines(await dump(store))).toEqual(own);
  });

  test('at a driver domain leaves it the time to remove its half', async () => {
    await store.write('/local/domain/9/name', 'drivers');
    const own = lines(await dump(store));
    const [device] = await devices('vif=["mac=00:16:3e:00:00:01,backend=drivers"]', domid(9));
    if (device === undefined) throw new Error('the config has no vif');
    await attach(device, WILLING);
    const path = backEndPath(device.address);
    const removed = removeDevice({ store, limits: PATIENT }, device.address);
    await store.waitFor(`${path}/state`, (state) => (state === '6' ? true : undefined), {
      timeoutMs: 20_000,
    });
    expect(await store.exists(path)).toBe(true);
    await store.remove(path);
    expect(await removed).toEqual({ closed: true });
    expect(lines(await dump(store))).toEqual(own);
  });

  test('at a driver domain that is gone waits for nobody', async () => {
    const [device] = await devices('vif=["mac=00:16:3e:00:00:01,backend=drivers"]', domid(9));
    if (device === undefined) throw new Error('the config has no vif');
    await attach(device, WILLING);
    expect(await removeDevice({ store, limits: PATIENT }, device.address)).toEqual({
      closed: true,
    });
    expect(lines(await dump(store))).toEqual(before);
  });

  test('of a screen that nobody serves ends at once', async () => {
    const screen = await devices('vfb=["vnc=1,vncdisplay=3"]');
    expect(screen.map(({ address: { kind, id } }) => `${kind}/${id}`)).toEqual(['vfb/0', 'vkbd/0']);
    await addDevices(store, screen);
    for (const { address } of screen) {
      await awaitBackEnd({ store, limits: PATIENT }, address, NEVER);
      expect(await removeDevice({ store, limits: PATIENT }, address)).toEqual({ closed: true });
    }
    expect(lines(await dump(store))).toEqual(before);
  });

  test('of a console asks nobody', async () => {
    const console = consoleDevice(GUEST, 2);
    await addDevices(store, [console]);
    expect(
      await removeDevice({ store, limits: { ...PATIENT, backendMs: 1 } }, console.address),
    ).toEqual({ closed: true });
    expect(lines(await dump(store))).toEqual(before);
  });
});

test('who dies right after a device was removed leaves no empty directories behind', async () => {
  for (const device of [consoleDevice(GUEST, 2), (await oneDisk()).device]) {
    const path = backEndPath(device.address);
    await backEnds.serve(device.address, WILLING);
    await addDevices(store, [device]);
    let leftBehind: string[] | undefined;
    const watched = afterEachCommit(store, async () => {
      if (!(await store.exists(path))) leftBehind ??= lines(await dump(store));
    });
    await removeDevice({ store: watched, limits: PATIENT }, device.address);
    expect(leftBehind).toEqual(before);
  }
});

/** The same store, with a look at it after each transaction. */
function afterEachCommit(inner: Store, look: () => Promise<void>): Store {
  return new Proxy(inner, {
    get(target, name) {
      if (name !== 'transaction') {
        const member: unknown = Reflect.get(target, name);
        return typeof member === 'function' ? member.bind(target) : member;
      }
      return async <T>(body: (tx: StoreView) => Promise<T>): Promise<T> => {
        const result = await target.transaction(body);
        await look();
        return result;
      };
    },
  });
}

describe('the records of devices', () => {
  test.each([
    ['another domain', 'vbd/51712', '/local/domain/0/backend/vbd/6/51712'],
    ['another device', 'vbd/51712', '/local/domain/0/backend/vbd/5/51713'],
    ['another kind', 'vif/0', '/local/domain/0/backend/vbd/5/0'],
    ['an unknown kind', 'vtpm/0', '/local/domain/0/backend/vtpm/5/0'],
    ['a path around', 'vbd/0', '/local/domain/0/backend/vbd/5/0/../../../..'],
    ['a path below', 'vbd/0', '/local/domain/0/backend/vbd/5/0/state'],
    ['leading zeros', 'vbd/0', '/local/domain/0/backend/vbd/05/0'],
    ['a reserved domid', 'vbd/0', '/local/domain/32752/backend/vbd/5/0'],
    ['a line feed', 'vbd/0', '/local/domain/0/backend/vbd/5/0\n'],
    ['nothing', 'vbd/0', ''],
  ])('that point to %s are passed over', async (_, record, backend) => {
    const { device } = await oneDisk();
    if (record !== 'vbd/51712') await addDevices(store, [device]);
    const expected = await listDevices(store, GUEST);
    await store.write(`/libxl/5/device/${record}/backend`, backend);
    expect(await listDevices(store, GUEST)).toEqual(expected);
  });

  test('that lack their back end are passed over', async () => {
    await store.write('/libxl/5/device/vbd/51712/frontend', '/local/domain/5/device/vbd/51712');
    await store.write('/libxl/5/device/vif', '');
    expect(await listDevices(store, GUEST)).toEqual([]);
    expect(await listDevices(store, domid(6))).toEqual([]);
  });
});
