import { appendFileSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Domid, XenbusState } from '../../src/model/index.js';
import { viewConsole } from './helpers/console.js';
import {
  awaitDomain,
  awaitGone,
  awaitState,
  backPath,
  type DeviceWish,
  DISK,
  destroyGuest,
  frontPath,
  home,
  IMAGE,
  LIMIT,
  NIC,
  plugIn,
  removeTree,
  startGuest,
} from './helpers/guest.js';
import { startMachine, type TestMachine } from './helpers/machine.js';

let ground: TestMachine;
beforeEach(async () => {
  ground = await startMachine();
});
afterEach(() => ground.close());

async function awaitBoth(domid: Domid, device: DeviceWish, state: number): Promise<void> {
  await awaitState(ground.store, frontPath(domid, device), state);
  await awaitState(ground.store, backPath(domid, device), state);
}

function awaitValue(path: string, value: string): Promise<true> {
  return ground.store.waitFor(path, (text) => (text === value ? true : undefined), LIMIT);
}

test.each(['vfb', 'vkbd', 'console'] as const)(
  'a %s connects, and is closed again',
  async (kind) => {
    const device = { kind, id: kind === 'console' ? 1 : 0 };
    const domid = await startGuest(ground, { devices: [device] });
    await awaitBoth(domid, device, XenbusState.connected);
    await ground.store.write(`${backPath(domid, device)}/state`, String(XenbusState.closing));
    await awaitBoth(domid, device, XenbusState.closed);
    await destroyGuest(ground, domid);
    await awaitGone(ground.hypervisor, domid);
  },
);

test("the first console is xenconsoled's: its back half is left alone", async () => {
  const first: DeviceWish = { kind: 'console', id: 0 };
  const second: DeviceWish = { kind: 'console', id: 1 };
  const domid = await startGuest(ground, { devices: [first, second] });
  await awaitBoth(domid, second, XenbusState.connected);
  expect(await ground.store.readText(`${backPath(domid, first)}/state`)).toBe('1');
});

test('the console of a domain that the store does not know any more goes with it', async () => {
  const domid = await startGuest(ground);
  const viewer = await viewConsole(ground, domid);
  await ground.store.release(domid);
  await removeTree(ground.store, domid);
  // When the next console is there, what the release has brought about is over.
  await viewConsole(ground, await startGuest(ground));
  await ground.hypervisor.destroyDomain(domid);
  await viewer.closed;
});

describe('a medium that is changed', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'dm-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  test.each([
    ['qdisk', 'raw:'],
    ['vbd', ''],
  ] as const)('in a %s shows its size; an empty drive has none', async (kind, format) => {
    const big = join(directory, 'big.img');
    copyFileSync(IMAGE, big);
    appendFileSync(big, Buffer.alloc(512));
    const drive = { kind, id: 51728, params: `${format}${IMAGE}` };
    const domid = await startGuest(ground, { devices: [drive] });
    await awaitBoth(domid, drive, XenbusState.connected);
    const back = backPath(domid, drive);
    await ground.store.write(`${back}/params`, `${format}${big}`);
    await awaitValue(`${back}/sectors`, '65');
    await ground.store.write(`${back}/params`, '');
    await awaitValue(`${back}/sectors`, '0');
    await ground.store.write(`${back}/params`, `${format}/nowhere/disk.img`);
    await ground.store.waitFor(`${back}/error`, (text) => text || undefined, LIMIT);
    await ground.store.write(`${back}/params`, `${format}${IMAGE}`);
    await awaitValue(`${back}/sectors`, '64');
    expect(await ground.store.readText(`${back}/state`)).toBe('4');
  });
});

describe('a hotplug script that the toolstack runs', () => {
  test('is waited for, not played', async () => {
    const { store } = ground;
    await store.write('/local/domain/0/libxl/disable_udev', '1');
    const domid = await startGuest(ground, { devices: [DISK] });
    await awaitState(store, frontPath(domid, DISK), XenbusState.initialised);
    expect(await store.exists(`${backPath(domid, DISK)}/hotplug-status`)).toBe(false);
    expect(await store.readText(`${backPath(domid, DISK)}/state`)).toBe('2');
    await store.write(`${backPath(domid, DISK)}/hotplug-status`, 'connected');
    await awaitBoth(domid, DISK, XenbusState.connected);
  });
});

describe('a guest that', () => {
  test('has no driver for a device leaves it as it is', async () => {
    const domid = await startGuest(ground, { cmdline: 'no_front=vif', devices: [NIC, DISK] });
    await awaitBoth(domid, DISK, XenbusState.connected);
    await awaitState(ground.store, backPath(domid, NIC), XenbusState.initWait);
    expect(await ground.store.readText(`${frontPath(domid, NIC)}/state`)).toBe('1');
  });

  test('uses a disk does not let go of it, until it is taken away', async () => {
    const { store } = ground;
    const domid = await startGuest(ground, { cmdline: 'refuse_detach=vbd', devices: [DISK, NIC] });
    await awaitBoth(domid, DISK, XenbusState.connected);
    await awaitBoth(domid, NIC, XenbusState.connected);
    for (const device of [DISK, NIC]) {
      await store.write(`${backPath(domid, device)}/state`, String(XenbusState.closing));
    }
    await awaitBoth(domid, NIC, XenbusState.closed);
    await awaitBoth(domid, DISK, XenbusState.closing);
    const viewer = await viewConsole(ground, domid);
    await viewer.shows('Device in use; refusing to close');
    await store.transaction(async (tx) => {
      await tx.remove(frontPath(domid, DISK));
      await tx.remove(backPath(domid, DISK));
    });
    await plugIn(store, domid, DISK);
    await awaitBoth(domid, DISK, XenbusState.connected);
  });

  test('disconnects its devices by itself has them closed at both ends', async () => {
    const domid = await startGuest(ground, { cmdline: 'disconnect=20', devices: [DISK, NIC] });
    await awaitBoth(domid, DISK, XenbusState.closed);
    await awaitBoth(domid, NIC, XenbusState.closed);
    expect(await ground.store.readText(`${backPath(domid, DISK)}/online`)).toBe('1');
  });
});

describe('a driver domain', () => {
  const DRIVER = { cmdline: 'backends=vbd,vif' };

  async function startBoth(): Promise<{ driver: Domid; guest: Domid; devices: DeviceWish[] }> {
    const driver = await startGuest(ground, DRIVER);
    const devices = [
      { ...DISK, backend: driver },
      { ...NIC, backend: driver },
    ];
    return { driver, guest: await startGuest(ground, { devices }), devices };
  }

  test('serves the devices of another guest, and lets go of them', async () => {
    const { store, hypervisor } = ground;
    const { guest, devices } = await startBoth();
    for (const device of devices) await awaitBoth(guest, device, XenbusState.connected);
    const back = backPath(guest, devices[0] ?? DISK);
    expect(await store.readText(`${back}/sectors`)).toBe('64');
    await store.write(`${back}/state`, String(XenbusState.closing));
    await awaitBoth(guest, devices[0] ?? DISK, XenbusState.closed);
    await destroyGuest(ground, guest);
    for (const device of devices) await store.remove(backPath(guest, device));
    await awaitGone(hypervisor, guest);
  });

  test('that dies lets go of all that it had mapped', async () => {
    const { hypervisor } = ground;
    const { driver, guest, devices } = await startBoth();
    for (const device of devices) await awaitBoth(guest, device, XenbusState.connected);
    await hypervisor.pauseDomain(driver);
    await hypervisor.destroyDomain(guest);
    expect(await hypervisor.domain(guest)).toMatchObject({ dying: true });
    await hypervisor.destroyDomain(driver);
    await awaitGone(hypervisor, guest);
    await awaitGone(hypervisor, driver);
    await removeTree(ground.store, guest);
    await removeTree(ground.store, driver);
    expect(ground.warnings).toEqual([]);
  });

  test('without that driver leaves the device waiting', async () => {
    const { store } = ground;
    const driver = await startGuest(ground, { cmdline: 'backends=vif' });
    const disk = { ...DISK, backend: driver };
    const nic = { ...NIC, backend: driver };
    const guest = await startGuest(ground, { devices: [disk, nic] });
    await awaitBoth(guest, nic, XenbusState.connected);
    expect(await store.readText(`${backPath(guest, disk)}/state`)).toBe('1');
  });
});

describe('a hostile guest', () => {
  test.each(['values', 'control', 'flood', 'watches', 'states'])(
    '%s: hurts nobody, and can be ended',
    async (way) => {
      const { store, hypervisor } = ground;
      const before = (await hypervisor.hostInfo()).freeMemoryKib;
      const hostile = await startGuest(ground, {
        cmdline: `hostile=${way} dirty_rate=0`,
        devices: [DISK, NIC],
      });
      for (let round = 0; round < 3; round += 1) {
        const other = await startGuest(ground, { devices: [DISK, NIC] });
        await awaitBoth(other, DISK, XenbusState.connected);
        await awaitBoth(other, NIC, XenbusState.connected);
        await store.write(`${home(other)}/control/shutdown`, 'poweroff');
        await awaitDomain(ground, other, (info) => info?.shutdown === 'poweroff');
        await destroyGuest(ground, other);
        await awaitGone(hypervisor, other);
      }
      await destroyGuest(ground, hostile);
      await awaitGone(hypervisor, hostile);
      expect((await hypervisor.hostInfo()).freeMemoryKib).toBe(before);
    },
  );
});
