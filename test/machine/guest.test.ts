import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { XenbusState } from '../../src/model/index.js';
import { view } from './helpers/console.js';
import {
  awaitDomain,
  awaitGone,
  awaitState,
  backPath,
  connectRings,
  DISK,
  destroyGuest,
  frontPath,
  home,
  IMAGE,
  KERNEL,
  LIMIT,
  NIC,
  plugIn,
  prepareDomain,
  startGuest,
  suspendGuest,
  writeTree,
} from './helpers/guest.js';
import { startMachine, type TestMachine } from './helpers/machine.js';

let ground: TestMachine;
beforeEach(async () => {
  ground = await startMachine();
});
afterEach(() => ground.close());

const QDISK = { kind: 'qdisk', id: 51728, params: `qcow2:${IMAGE}` } as const;

describe('the devices of a guest', () => {
  test('connect, and tell their sizes', async () => {
    const { store } = ground;
    const domid = await startGuest(ground, { devices: [DISK, QDISK, NIC] });
    for (const device of [DISK, QDISK, NIC]) {
      await awaitState(store, frontPath(domid, device), XenbusState.connected);
      await awaitState(store, backPath(domid, device), XenbusState.connected);
    }
    expect(await store.readText(`${backPath(domid, DISK)}/sectors`)).toBe('64');
    expect(await store.readText(`${backPath(domid, QDISK)}/sectors`)).toBe('64');
    expect(await store.readText(`${backPath(domid, DISK)}/hotplug-status`)).toBe('connected');
    expect(await store.exists(`${backPath(domid, QDISK)}/hotplug-status`)).toBe(false);
  });

  test('a disk whose image is missing fails in its hotplug script', async () => {
    const missing = { ...DISK, params: '/nowhere/disk.img' };
    const domid = await startGuest(ground, { devices: [missing] });
    const back = backPath(domid, missing);
    await ground.store.waitFor(
      `${back}/hotplug-status`,
      (text) => (text === 'error' ? true : undefined),
      LIMIT,
    );
    expect(await ground.store.readText(`${back}/hotplug-error`)).toContain('/nowhere/disk.img');
  });

  test('a qdisk whose image is missing, or whose params are none, is refused', async () => {
    const missing = { ...QDISK, params: 'raw:/nowhere/disk.img' };
    const nonsense = { ...QDISK, id: 51744, params: IMAGE };
    const domid = await startGuest(ground, { devices: [missing, nonsense] });
    for (const device of [missing, nonsense]) {
      await awaitState(ground.store, frontPath(domid, device), XenbusState.closed);
      await awaitState(ground.store, backPath(domid, device), XenbusState.closed);
      expect(await ground.store.readText(`${backPath(domid, device)}/error`)).not.toBe('');
    }
  });

  test('are released when they are detached, and can be plugged in again', async () => {
    const { store } = ground;
    const domid = await startGuest(ground, { devices: [DISK, NIC] });
    for (let round = 0; round < 3; round += 1) {
      await awaitState(store, frontPath(domid, DISK), XenbusState.connected);
      await store.write(`${backPath(domid, DISK)}/state`, String(XenbusState.closing));
      await awaitState(store, frontPath(domid, DISK), XenbusState.closed);
      await awaitState(store, backPath(domid, DISK), XenbusState.closed);
      await store.transaction(async (tx) => {
        await tx.remove(frontPath(domid, DISK));
        await tx.remove(backPath(domid, DISK));
      });
      await plugIn(store, domid, DISK);
    }
    await awaitState(store, frontPath(domid, DISK), XenbusState.connected);
    await awaitState(store, backPath(domid, DISK), XenbusState.connected);
    expect(await store.readText(`${frontPath(domid, NIC)}/state`)).toBe('4');
    await destroyGuest(ground, domid);
    await awaitGone(ground.hypervisor, domid);
  });

  test('that are set up anew in one transaction connect anew', async () => {
    const { store } = ground;
    const domid = await startGuest(ground, { devices: [DISK] });
    await awaitState(store, frontPath(domid, DISK), XenbusState.connected);
    const before = await store.readText(`${frontPath(domid, DISK)}/ring-ref`);
    await store.write(`${backPath(domid, DISK)}/state`, String(XenbusState.closing));
    await awaitState(store, backPath(domid, DISK), XenbusState.closed);
    await plugIn(store, domid, DISK);
    await awaitState(store, backPath(domid, DISK), XenbusState.connected);
    expect(await store.readText(`${frontPath(domid, DISK)}/ring-ref`)).not.toBe(before);
  });
});

describe('what a guest is told', () => {
  test('exit=crash@N: it crashes by itself, once, and says so', async () => {
    const domid = await startGuest(ground, { cmdline: 'exit=crash@100' });
    await awaitDomain(ground, domid, (info) => info?.shutdown !== undefined);
    expect(await ground.hypervisor.domain(domid)).toMatchObject({
      shutdown: 'crash',
      running: false,
      blocked: false,
    });
  });

  test.each([
    ['poweroff', 'poweroff'],
    ['halt', 'poweroff'],
    ['reboot', 'reboot'],
    ['suspend', 'suspend'],
  ])('%s on control/shutdown: acknowledged, then done', async (request, reason) => {
    const domid = await startGuest(ground);
    await ground.store.write(`${home(domid)}/control/shutdown`, request);
    await awaitDomain(ground, domid, (info) => info?.shutdown === reason);
    expect(await ground.store.readText(`${home(domid)}/control/shutdown`)).toBe('');
  });

  test('ignore=suspend: it does not hear that, but hears the rest', async () => {
    const { store } = ground;
    const domid = await startGuest(ground, { cmdline: 'ignore=suspend' });
    await store.waitFor(`${home(domid)}/control/feature-suspend`, (text) => text, LIMIT);
    await store.write(`${home(domid)}/control/shutdown`, 'suspend');
    await store.write(`${home(domid)}/control/shutdown`, 'poweroff');
    await awaitDomain(ground, domid, (info) => info?.shutdown !== undefined);
    expect((await ground.hypervisor.domain(domid))?.shutdown).toBe('poweroff');

    const deaf = await startGuest(ground, { cmdline: 'ignore=suspend', devices: [DISK] });
    await store.write(`${home(deaf)}/control/shutdown`, 'suspend');
    await awaitState(store, frontPath(deaf, DISK), XenbusState.connected);
    expect(await store.readText(`${home(deaf)}/control/shutdown`)).toBe('suspend');
    expect((await ground.hypervisor.domain(deaf))?.shutdown).toBeUndefined();
  });

  test('nothing yet: it hears a request that was made before it ran', async () => {
    const domid = await startGuest(ground, { paused: true });
    await ground.store.write(`${home(domid)}/control/shutdown`, 'poweroff');
    expect((await ground.hypervisor.domain(domid))?.shutdown).toBeUndefined();
    await ground.hypervisor.unpauseDomain(domid);
    await awaitDomain(ground, domid, (info) => info?.shutdown === 'poweroff');
  });
});

describe('a suspended guest', () => {
  test('writes nothing to its memory, and goes on when it is resumed', async () => {
    const { hypervisor, store } = ground;
    const domid = await startGuest(ground, {
      cmdline: 'dirty_rate=2000',
      devices: [DISK, NIC],
    });
    await suspendGuest(ground, domid);
    const digest = await hypervisor.memoryDigest(domid);
    // Its back ends and its console see these, and none of them may touch its memory.
    await store.write(`${backPath(domid, DISK)}/state`, String(XenbusState.closing));
    const other = await startGuest(ground, { devices: [DISK] });
    await awaitState(store, frontPath(other, DISK), XenbusState.connected);
    expect(await hypervisor.memoryDigest(domid)).toBe(digest);

    await hypervisor.resumeDomain(domid);
    await store.resume(domid);
    await awaitState(store, frontPath(domid, DISK), XenbusState.closed);
    await store.write(`${home(domid)}/control/shutdown`, 'poweroff');
    await awaitDomain(ground, domid, (info) => info?.shutdown === 'poweroff');
  });
});

test('a suspended guest that loses its store keeps silent until it runs again', async () => {
  const { hypervisor, store } = ground;
  const domid = await startGuest(ground, { devices: [DISK] });
  const tty = await store.waitFor(`${home(domid)}/console/tty`, (text) => text || undefined, LIMIT);
  await awaitState(store, frontPath(domid, DISK), XenbusState.connected);
  await suspendGuest(ground, domid);
  const digest = await hypervisor.memoryDigest(domid);
  await store.release(domid);
  for (let asked = 0; asked < 20; asked += 1) {
    expect(await hypervisor.memoryDigest(domid)).toBe(digest);
  }
  await hypervisor.resumeDomain(domid);
  await view(tty).shows('xenbus: ');
});

test('guests that write more than the machine can do not keep it from its work', async () => {
  const cmdline = 'dirty_rate=999999999';
  const greedy = await startGuest(ground, { cmdline });
  await startGuest(ground, { cmdline });
  await startGuest(ground, { cmdline });
  for (let round = 0; round < 5; round += 1) {
    const other = await startGuest(ground, { devices: [DISK] });
    await awaitState(ground.store, frontPath(other, DISK), XenbusState.connected);
  }
  expect(await ground.hypervisor.domain(greedy)).toMatchObject({ running: true });
});

describe('the console of a guest', () => {
  test('shows its boot messages to whoever connects, and what it says later', async () => {
    const { store, hypervisor } = ground;
    const domid = await startGuest(ground, { paused: true });
    const tty = await store.waitFor(
      `${home(domid)}/console/tty`,
      (text) => text || undefined,
      LIMIT,
    );
    const early = view(tty);
    await hypervisor.unpauseDomain(domid);
    await early.shows('domovoi guest: booting\r\n');
    const late = view(tty);
    await late.shows('domovoi guest: booting\r\n');
    await store.write(`${home(domid)}/control/shutdown`, 'poweroff');
    await early.shows('domovoi guest: poweroff\r\n');
    await late.shows('domovoi guest: poweroff\r\n');
  });

  test('is served only once both its port and its ring are known', async () => {
    const { hypervisor, store } = ground;
    const { domid: half, ports } = await prepareDomain(hypervisor);
    const image = { kernel: KERNEL, ramdisk: undefined, cmdline: '' };
    const { storeFrame, consoleFrame } = await hypervisor.buildDomain(half, image, ports);
    await writeTree(store, half, []);
    await store.write(`${home(half)}/console/port`, String(ports.consolePort));
    await store.introduce(half, storeFrame, ports.storePort);
    const next = await startGuest(ground, { paused: true });
    await store.waitFor(`${home(next)}/console/tty`, (text) => text, LIMIT);
    expect(await store.exists(`${home(half)}/console/tty`)).toBe(false);

    await store.write(`${home(half)}/console/ring-ref`, String(consoleFrame));
    await startGuest(ground, { paused: true });
    await store.waitFor(`${home(half)}/console/tty`, (text) => text, LIMIT);
    expect(ground.warnings).toEqual([]);
  });

  test('that cannot be served leaves the others alone', async () => {
    const { store, hypervisor } = ground;
    const { domid: broken, ports } = await prepareDomain(hypervisor);
    const image = { kernel: KERNEL, ramdisk: undefined, cmdline: '' };
    const rings = await hypervisor.buildDomain(broken, image, ports);
    await connectRings(store, broken, { ...ports, consolePort: 99_999_999 }, rings);
    const other = await startGuest(ground);
    const tty = await store.waitFor(
      `${home(other)}/console/tty`,
      (text) => text || undefined,
      LIMIT,
    );
    await view(tty).shows('domovoi guest: booting\r\n');
    expect(ground.warnings).toContainEqual(expect.objectContaining({ domid: broken }));
    expect(await store.exists(`${home(broken)}/console/tty`)).toBe(false);
  });

  test('goes when the domain does', async () => {
    const { store } = ground;
    const domid = await startGuest(ground);
    const tty = await store.waitFor(
      `${home(domid)}/console/tty`,
      (text) => text || undefined,
      LIMIT,
    );
    const viewer = view(tty);
    await viewer.shows('booting');
    await destroyGuest(ground, domid);
    await viewer.closed;
  });
});
