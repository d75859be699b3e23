import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Domid, mibToKib, type Trigger, XenbusState } from '../../src/model/index.js';
import { viewConsole } from './helpers/console.js';
import {
  awaitDomain,
  awaitInfo,
  awaitState,
  connectRings,
  DISK,
  frontPath,
  home,
  LIMIT,
  startGuest,
} from './helpers/guest.js';
import { startMachine, type TestMachine } from './helpers/machine.js';

let ground: TestMachine;
beforeEach(async () => {
  ground = await startMachine();
});
afterEach(() => ground.close());

describe('cpu/N/availability', () => {
  const FOUR = { maxVcpus: 4, vcpus: 4 };

  async function write(domid: Domid, vcpu: number, value: string): Promise<void> {
    await ground.store.write(`${home(domid)}/cpu/${vcpu}/availability`, value);
  }

  test('brings vcpus online and offline', async () => {
    const { hypervisor } = ground;
    const domid = await startGuest(ground, { vcpus: FOUR });
    await write(domid, 3, 'offline');
    await write(domid, 1, 'offline');
    await awaitInfo(hypervisor, domid, ({ vcpus }) => vcpus === 2);
    const online = (await hypervisor.vcpus(domid)).map(({ online }) => online);
    expect(online).toEqual([true, false, true, false]);
    await write(domid, 3, 'online');
    await awaitInfo(hypervisor, domid, ({ vcpus }) => vcpus === 3);
  });

  test('of the first vcpu, of one that is not there, and nonsense, change nothing', async () => {
    const domid = await startGuest(ground, { vcpus: FOUR });
    await write(domid, 0, 'offline');
    await write(domid, 4, 'offline');
    await write(domid, 1, 'gone');
    await write(domid, 2, 'offline');
    await awaitInfo(ground.hypervisor, domid, ({ vcpus }) => vcpus === 3);
  });

  test('is looked at by a guest that boots', async () => {
    const { hypervisor } = ground;
    const domid = await startGuest(ground, { vcpus: FOUR, paused: true });
    await write(domid, 2, 'offline');
    await hypervisor.unpauseDomain(domid);
    await awaitInfo(hypervisor, domid, ({ vcpus }) => vcpus === 3);
  });
});

describe('memory/target', () => {
  async function target(domid: Domid, mib: number): Promise<void> {
    await ground.store.write(`${home(domid)}/memory/target`, String(mibToKib(mib)));
  }

  test('has the guest give memory back to the host, and claim it again', async () => {
    const { hypervisor } = ground;
    const domid = await startGuest(ground, { memoryMib: 32 });
    const { freeMemoryKib: free } = await hypervisor.hostInfo();
    await target(domid, 16);
    await awaitInfo(hypervisor, domid, ({ memoryKib }) => memoryKib === mibToKib(16));
    expect((await hypervisor.hostInfo()).freeMemoryKib).toBe(free + mibToKib(16));
    await target(domid, 32);
    await awaitInfo(hypervisor, domid, ({ memoryKib }) => memoryKib === mibToKib(32));
    expect((await hypervisor.hostInfo()).freeMemoryKib).toBe(free);
  });

  test('is reached as far as the limit allows, and beyond when that is raised', async () => {
    const { hypervisor, store } = ground;
    const domid = await startGuest(ground, { memoryMib: 16 });
    await target(domid, 64);
    await hypervisor.setMaxMemory(domid, mibToKib(48));
    await target(domid, 64);
    await awaitInfo(hypervisor, domid, ({ memoryKib }) => memoryKib === mibToKib(48));
    await store.write(`${home(domid)}/control/shutdown`, 'suspend');
    await awaitDomain(ground, domid, (info) => info?.shutdown === 'suspend');
  });

  test('is reached as far as the host has memory, and further when there is more', async () => {
    const { hypervisor } = ground;
    const domid = await startGuest(ground, { memoryMib: 16 });
    const { freeMemoryKib } = await hypervisor.hostInfo();
    const freeMib = Math.floor(freeMemoryKib / 1024);
    const other = await startGuest(ground, { memoryMib: freeMib - 8 });
    await hypervisor.setMaxMemory(domid, mibToKib(64));
    await target(domid, 64);
    await awaitInfo(hypervisor, domid, ({ memoryKib }) => memoryKib === mibToKib(24));
    expect((await hypervisor.hostInfo()).freeMemoryKib).toBeLessThan(1024);
    await hypervisor.destroyDomain(other);
    await target(domid, 64);
    await awaitInfo(hypervisor, domid, ({ memoryKib }) => memoryKib === mibToKib(64));
  });

  test('below what a kernel needs, or none at all, does not hurt the guest', async () => {
    const { hypervisor, store } = ground;
    const domid = await startGuest(ground, { memoryMib: 16, cmdline: 'dirty_rate=5000' });
    await store.write(`${home(domid)}/memory/target`, '99999999999999999');
    await target(domid, 0);
    await awaitInfo(hypervisor, domid, ({ memoryKib }) => memoryKib === mibToKib(4));
    await store.write(`${home(domid)}/control/shutdown`, 'poweroff');
    await awaitDomain(ground, domid, (info) => info?.shutdown === 'poweroff');
  });
});

describe('control/sysrq', () => {
  test.each([
    ['h', 'sysrq: HELP'],
    ['?', 'sysrq: HELP'],
    ['s', 'sysrq: Emergency Sync'],
    ['u', 'sysrq: Emergency Remount R/O'],
  ])('%s: taken from the node, and told on the console', async (key, said) => {
    const { store } = ground;
    const domid = await startGuest(ground);
    const viewer = await viewConsole(ground, domid);
    const path = `${home(domid)}/control/sysrq`;
    await store.write(path, key);
    await viewer.shows(said);
    expect(await store.readText(path)).toBe('');
  });

  test.each([
    ['c', 'crash', 'sysrq: Trigger a crash'],
    ['b', 'reboot', 'sysrq: Resetting'],
    ['o', 'poweroff', 'sysrq: Power Off'],
  ])('%s: %s', async (key, reason, said) => {
    const domid = await startGuest(ground);
    const viewer = await viewConsole(ground, domid);
    await ground.store.write(`${home(domid)}/control/sysrq`, key);
    await awaitDomain(ground, domid, (info) => info?.shutdown === reason);
    await viewer.shows(said);
  });
});

describe('a trigger', () => {
  test.each<[Trigger, string]>([
    ['power', 'poweroff'],
    ['reset', 'reboot'],
  ])('%s: %s', async (trigger, reason) => {
    const domid = await startGuest(ground);
    await ground.hypervisor.sendTrigger(domid, trigger, 0);
    await awaitDomain(ground, domid, (info) => info?.shutdown === reason);
  });

  test('nmi: told on the console', async () => {
    const domid = await startGuest(ground, { vcpus: { maxVcpus: 2, vcpus: 2 } });
    const viewer = await viewConsole(ground, domid);
    await viewer.shows('booting');
    await ground.hypervisor.sendTrigger(domid, 'nmi', 1);
    await viewer.shows('NMI received for unknown reason 00 on CPU 1.');
  });
});

describe('who sits at the console', () => {
  test('sees what he types, mends it, and is obeyed', async () => {
    const domid = await startGuest(ground, { memoryMib: 16, devices: [DISK] });
    await awaitState(ground.store, frontPath(domid, DISK), XenbusState.connected);
    const viewer = await viewConsole(ground, domid);
    viewer.type('echo hellp\x7fo\r');
    await viewer.shows('echo hellp\b \bo\r\nhello\r\n# ');
    viewer.type('free\rnproc\r');
    await viewer.shows('16384 KiB\r\n# 1\r\n# ');
    viewer.type('ls-devices\r');
    await viewer.shows('vbd 51712 state 4\r\n');
    viewer.type('dance\r');
    await viewer.shows('dance: not found\r\n');
    viewer.type('poweroff\r');
    await awaitDomain(ground, domid, (info) => info?.shutdown === 'poweroff');
  });

  test('can paste more than the ring holds', async () => {
    const domid = await startGuest(ground);
    const viewer = await viewConsole(ground, domid);
    await viewer.shows('booting');
    for (let line = 0; line < 500; line += 1) viewer.type(`echo line\r`);
    viewer.type('echo the end\rcrash\r');
    await awaitDomain(ground, domid, (info) => info?.shutdown === 'crash');
  });

  test('changes nothing in a domain that does not run: it reads that later', async () => {
    const { hypervisor } = ground;
    const domid = await startGuest(ground);
    const viewer = await viewConsole(ground, domid);
    await viewer.shows('booting');
    await hypervisor.pauseDomain(domid);
    const digest = await hypervisor.memoryDigest(domid);
    viewer.type('echo later\r');
    for (let asked = 0; asked < 20; asked += 1) {
      expect(await hypervisor.memoryDigest(domid)).toBe(digest);
    }
    await hypervisor.unpauseDomain(domid);
    await viewer.shows('\r\nlater\r\n');
  });
});

describe('what a guest does by itself', () => {
  test.each(['watchdog', 'soft-reset', 'suspend'])('exit=%s', async (reason) => {
    const domid = await startGuest(ground, { cmdline: `exit=${reason}@10` });
    await awaitDomain(ground, domid, (info) => info?.shutdown === reason);
  });

  test('hang=poweroff: acknowledges, and goes on', async () => {
    const { store, hypervisor } = ground;
    const domid = await startGuest(ground, { cmdline: 'hang=poweroff' });
    const path = `${home(domid)}/control/shutdown`;
    await store.write(path, 'poweroff');
    await store.waitFor(path, (text) => (text === '' ? true : undefined), LIMIT);
    expect((await hypervisor.domain(domid))?.shutdown).toBeUndefined();
    await store.write(path, 'reboot');
    await awaitDomain(ground, domid, (info) => info?.shutdown === 'reboot');
  });

  test('uses its vcpus', async () => {
    const { hypervisor } = ground;
    const domid = await startGuest(ground, {
      cmdline: 'load=100',
      vcpus: { maxVcpus: 2, vcpus: 1 },
    });
    await awaitInfo(hypervisor, domid, ({ cpuTimeNs }) => cpuTimeNs > 10_000_000);
    const [first, second] = await hypervisor.vcpus(domid);
    expect(first?.cpuTimeNs).toBeGreaterThan(10_000_000);
    expect(second?.cpuTimeNs).toBe(0);
  });
});

describe('a soft reset', () => {
  test('leaves the domain under its number, with new channels and its memory', async () => {
    const { hypervisor, store } = ground;
    const domid = await startGuest(ground, { cmdline: 'exit=soft-reset@10', memoryMib: 16 });
    const viewer = await viewConsole(ground, domid);
    await awaitDomain(ground, domid, (info) => info?.shutdown === 'soft-reset');
    const digest = await hypervisor.memoryDigest(domid);
    const before = await hypervisor.hostInfo();
    const { ports, rings } = await hypervisor.softReset(domid);
    expect(await hypervisor.softReset(domid)).toEqual({ ports, rings });
    expect(await hypervisor.domain(domid)).toMatchObject({ paused: true, dying: false });
    expect((await hypervisor.domain(domid))?.shutdown).toBeUndefined();
    expect(await hypervisor.memoryDigest(domid)).toBe(digest);
    expect(await hypervisor.hostInfo()).toEqual(before);

    await store.resume(domid);
    await connectRings(store, domid, ports, rings);
    await hypervisor.unpauseDomain(domid);
    await viewer.shows('booting\r\ndomovoi guest: booting');
    await awaitDomain(ground, domid, (info) => info?.shutdown === 'soft-reset');
    expect(ground.warnings).toEqual([]);
  });

  test('lets the devices connect again', async () => {
    const { hypervisor, store } = ground;
    const domid = await startGuest(ground, { devices: [DISK] });
    await awaitState(store, frontPath(domid, DISK), XenbusState.connected);
    const before = await store.readText(`${frontPath(domid, DISK)}/ring-ref`);
    await hypervisor.shutdownDomain(domid, 'soft-reset');
    const { ports, rings } = await hypervisor.softReset(domid);
    await store.resume(domid);
    await connectRings(store, domid, ports, rings);
    await hypervisor.unpauseDomain(domid);
    await store.waitFor(
      `${frontPath(domid, DISK)}/ring-ref`,
      (text) => (text === before ? undefined : true),
      LIMIT,
    );
    await awaitState(store, frontPath(domid, DISK), XenbusState.connected);
  });
});
