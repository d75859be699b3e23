import { randomUUID } from 'node:crypto';
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  domid as asDomid,
  mibToKib,
  ToolstackError,
  uuid,
  XenbusState,
} from '../../../src/model/index.js';
import {
  awaitDomain,
  awaitInfo,
  awaitState,
  backPath,
  connectRings,
  DISK,
  destroyGuest,
  frontPath,
  IMAGE,
  KERNEL,
  NIC,
  prepareDomain,
  startGuest,
  suspendGuest,
  writeTree,
} from '../../machine/helpers/guest.js';
import { dump, parseCore } from './core.js';
import { type ContractHost, HOSTS } from './hosts.js';
import { restore, save, saveImage } from './saving.js';

const BUSY = { cmdline: 'dirty_rate=20000 working_set=4', memoryMib: 16 };
const QUIET = { cmdline: 'dirty_rate=0 working_set=0' };
const NEVER = new AbortController().signal;
const NOBODY = asDomid(30_000);

for (const { name, start } of HOSTS) {
  describe(name, () => {
    let host: ContractHost;
    beforeEach(async () => {
      host = await start();
    });
    afterEach(() => host.close());

    describe('a domain', () => {
      test('is created, filled, run, paused and ended', async () => {
        const { hypervisor } = host;
        const before = await hypervisor.hostInfo();
        const { domid, ports } = await prepareDomain(hypervisor, 8);
        expect((await hypervisor.hostInfo()).freeMemoryKib).toBe(
          before.freeMemoryKib - mibToKib(8),
        );
        expect(ports.storePort).not.toBe(ports.consolePort);
        const image = { kernel: KERNEL, ramdisk: undefined, cmdline: '' };
        const { storeFrame, consoleFrame } = await hypervisor.buildDomain(domid, image, ports);
        expect(storeFrame).not.toBe(consoleFrame);
        expect(await hypervisor.domain(domid)).toMatchObject({ paused: true, dying: false });
        await hypervisor.unpauseDomain(domid);
        expect(await hypervisor.domain(domid)).toMatchObject({ paused: false, type: 'pv' });
        await hypervisor.pauseDomain(domid);
        expect(await hypervisor.domain(domid)).toMatchObject({
          domid,
          paused: true,
          running: false,
          memoryKib: mibToKib(8),
          vcpus: 1,
        });
        expect((await hypervisor.domains()).map((info) => info.domid)).toEqual([0, domid]);
        await hypervisor.destroyDomain(domid);
        await hypervisor.destroyDomain(domid);
        expect(await hypervisor.domain(domid)).toBeUndefined();
        expect(await hypervisor.hostInfo()).toEqual(before);
      });

      test('gets a number that was not in use a moment ago', async () => {
        const { hypervisor } = host;
        const { domid: first } = await prepareDomain(hypervisor);
        await hypervisor.destroyDomain(first);
        const { domid: second } = await prepareDomain(hypervisor);
        expect(second).not.toBe(first);
      });

      test('that is not there: ESRCH, but ending it is no error', async () => {
        const { hypervisor } = host;
        const ports = { storePort: 1, consolePort: 2 };
        const limits = { maxVcpus: 1, vcpus: 1, memoryKib: mibToKib(8), maxMemoryKib: mibToKib(8) };
        const image = { kernel: KERNEL, ramdisk: undefined, cmdline: '' };
        const calls = [
          hypervisor.prepareDomain(NOBODY, limits),
          hypervisor.buildDomain(NOBODY, image, ports),
          hypervisor.pauseDomain(NOBODY),
          hypervisor.unpauseDomain(NOBODY),
          hypervisor.resumeDomain(NOBODY),
          hypervisor.shutdownDomain(NOBODY, 'crash'),
          hypervisor.abandonSave(NOBODY),
          hypervisor.memoryDigest(NOBODY),
          hypervisor.vcpus(NOBODY),
          hypervisor.setVcpuAffinity(NOBODY, 0, { hard: [0] }),
          hypervisor.scheduling(NOBODY),
          hypervisor.setScheduling(NOBODY, { weight: 256, cap: 0 }),
          hypervisor.setMaxMemory(NOBODY, mibToKib(8)),
          hypervisor.sendTrigger(NOBODY, 'nmi', 0),
          hypervisor.setUuid(NOBODY, uuid(randomUUID())),
          hypervisor.dumpCore(NOBODY, new PassThrough(), NEVER),
          hypervisor.softReset(NOBODY),
          save(host, NOBODY, new PassThrough()),
        ];
        for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'ESRCH' });
        expect(await hypervisor.domain(NOBODY)).toBeUndefined();
        await hypervisor.destroyDomain(NOBODY);
      });

      test('that needs more than there is: ENOMEM, saying how much there is', async () => {
        const { hypervisor } = host;
        const { freeMemoryKib } = await hypervisor.hostInfo();
        const freeMib = Math.floor(freeMemoryKib / 1024);
        await expect(prepareDomain(hypervisor, freeMib + 1)).rejects.toMatchObject({
          code: 'ENOMEM',
          message: expect.stringContaining(`${freeMib} MiB`),
        });
        expect((await hypervisor.hostInfo()).freeMemoryKib).toBe(freeMemoryKib);
      });

      test.each([
        ['ENOENT', '/nowhere/kernel', undefined],
        ['ENOEXEC', IMAGE, undefined],
        ['ENOENT', KERNEL, '/nowhere/ramdisk'],
      ])('whose files cannot be used: %s for %s, %s', async (code, kernel, ramdisk) => {
        const { hypervisor } = host;
        const { domid, ports } = await prepareDomain(hypervisor);
        const build = hypervisor.buildDomain(domid, { kernel, ramdisk, cmdline: '' }, ports);
        await expect(build).rejects.toMatchObject({
          code,
          message: expect.stringContaining(ramdisk ?? kernel),
        });
        expect(await hypervisor.domain(domid)).toMatchObject({ paused: true });
      });

      test('that suspended goes on when it is resumed', async () => {
        const { hypervisor, store } = host;
        const domid = await startGuest(host, BUSY);
        await suspendGuest(host, domid);
        const still = await hypervisor.memoryDigest(domid);
        expect(await hypervisor.memoryDigest(domid)).toBe(still);
        await hypervisor.resumeDomain(domid);
        await store.resume(domid);
        expect((await hypervisor.domain(domid))?.shutdown).toBeUndefined();
        await suspendGuest(host, domid);
        expect(await hypervisor.memoryDigest(domid)).not.toBe(still);
      });
    });

    describe('what xl asks of a host', () => {
      test('its size, its processors and which Xen it is', async () => {
        const { hypervisor } = host;
        const [info, details] = [await hypervisor.hostInfo(), await hypervisor.hostDetails()];
        expect(details).toMatchObject({
          nrCpus: info.cpus,
          totalMemoryKib: info.totalMemoryKib,
          freeMemoryKib: info.freeMemoryKib,
          hwCaps: expect.stringMatching(/^[0-9a-f]{8}(:[0-9a-f]{8}){7}$/),
        });
        expect(details.maxCpuId).toBeGreaterThanOrEqual(details.nrCpus - 1);
        expect(details.virtCaps).toContain('pv');
        expect(details.xen.platformParameters).toMatch(/^0x[0-9a-f]+$/);
        expect(details.xen.capabilities).toContain('xen-3.0-x86_64 ');
      });

      test('its messages, which are kept until they are cleared', async () => {
        const { hypervisor } = host;
        const before = await hypervisor.consoleRing({ clear: false });
        expect(before).toMatch(/^\(XEN\) .*\n/);
        expect(await hypervisor.consoleRing({ clear: true })).toBe(before);
        expect(await hypervisor.consoleRing({ clear: false })).toBe('');
      });
    });

    describe('a running domain', () => {
      test('has vcpus, of which some are online', async () => {
        const { hypervisor } = host;
        const { domid } = await prepareDomain(hypervisor, 8, { maxVcpus: 4, vcpus: 2 });
        expect(await hypervisor.domain(domid)).toMatchObject({ vcpus: 2, maxVcpus: 4, cpupool: 0 });
        const vcpus = await hypervisor.vcpus(domid);
        expect(vcpus.map(({ vcpu, online }) => [vcpu, online])).toEqual([
          [0, true],
          [1, true],
          [2, false],
          [3, false],
        ]);
        const { cpus } = await hypervisor.hostInfo();
        const all = Array.from({ length: cpus }, (_, cpu) => cpu);
        expect(vcpus[0]).toMatchObject({ hardAffinity: all, softAffinity: all });
      });

      test('runs its vcpus where it is told', async () => {
        const { hypervisor } = host;
        const { domid } = await prepareDomain(hypervisor, 8, { maxVcpus: 2, vcpus: 2 });
        await hypervisor.setVcpuAffinity(domid, 1, { hard: [1] });
        await hypervisor.setVcpuAffinity(domid, 1, { soft: [0, 1] });
        const [first, second] = await hypervisor.vcpus(domid);
        expect(first?.hardAffinity).toContain(0);
        expect(second).toMatchObject({ hardAffinity: [1], softAffinity: [0, 1], cpu: 1 });
        const wrong = [
          hypervisor.setVcpuAffinity(domid, 2, { hard: [0] }),
          hypervisor.setVcpuAffinity(domid, 0, { hard: [] }),
          hypervisor.setVcpuAffinity(domid, 0, { hard: [4000] }),
        ];
        for (const call of wrong) await expect(call).rejects.toMatchObject({ code: 'EINVAL' });
      });

      test('has a weight and a cap', async () => {
        const { hypervisor } = host;
        const { domid } = await prepareDomain(hypervisor);
        expect(await hypervisor.scheduling(domid)).toEqual({ weight: 256, cap: 0 });
        await hypervisor.setScheduling(domid, { weight: 512, cap: 50 });
        expect(await hypervisor.scheduling(domid)).toEqual({ weight: 512, cap: 50 });
        const wrong = [
          { weight: 0, cap: 0 },
          { weight: 65_536, cap: 0 },
          { weight: 256, cap: 101 },
          { weight: 256, cap: -1 },
        ];
        for (const parameters of wrong) {
          const call = hypervisor.setScheduling(domid, parameters);
          await expect(call).rejects.toMatchObject({ code: 'EINVAL' });
        }
        expect(await hypervisor.scheduling(domid)).toEqual({ weight: 512, cap: 50 });
      });

      test('keeps what memory it has when less is allowed', async () => {
        const { hypervisor } = host;
        const { domid } = await prepareDomain(hypervisor, 8);
        const before = await hypervisor.hostInfo();
        for (const mib of [4, 16]) {
          await hypervisor.setMaxMemory(domid, mibToKib(mib));
          expect(await hypervisor.domain(domid)).toMatchObject({
            memoryKib: mibToKib(8),
            maxMemoryKib: mibToKib(mib),
          });
        }
        expect(await hypervisor.hostInfo()).toEqual(before);
      });

      test('can be given another handle', async () => {
        const { hypervisor } = host;
        const { domid } = await prepareDomain(hypervisor);
        const other = uuid(randomUUID());
        await hypervisor.setUuid(domid, other);
        expect(await hypervisor.domain(domid)).toMatchObject({ uuid: other });
      });

      test('takes a trigger on a vcpu that it has', async () => {
        const { hypervisor } = host;
        const domid = await startGuest(host, QUIET);
        await hypervisor.sendTrigger(domid, 'nmi', 0);
        const wrong = hypervisor.sendTrigger(domid, 'nmi', 1);
        await expect(wrong).rejects.toMatchObject({ code: 'EINVAL' });
      });

      test('is not reset before it has shut down', async () => {
        const domid = await startGuest(host, QUIET);
        const reset = host.hypervisor.softReset(domid);
        await expect(reset).rejects.toMatchObject({ code: 'EINVAL' });
      });

      test('is dumped as an ELF core, and nothing of it changes', async () => {
        const { hypervisor } = host;
        const domid = await startGuest(host, BUSY);
        await hypervisor.pauseDomain(domid);
        const [free, digest] = [await hypervisor.hostInfo(), await hypervisor.memoryDigest(domid)];
        const core = parseCore(await dump(hypervisor, domid));
        expect(core.type).toBe(4);
        expect(core.header).toMatchObject({ vcpus: 1n, pageSize: 4096n });
        expect(core.frames.length).toBe(Number(core.header.pages));
        expect(core.pages.length).toBe(core.frames.length * 4096);
        const startInfo = core.frames.indexOf(0) * 4096;
        if (startInfo >= 0) {
          expect(core.pages.toString('latin1', startInfo, startInfo + 10)).toBe('dirty_rate');
        }
        expect(await hypervisor.hostInfo()).toEqual(free);
        expect(await hypervisor.memoryDigest(domid)).toBe(digest);
        expect(await hypervisor.domain(domid)).toMatchObject({ paused: true });
      });

      test('is dumped no further when the dump is called off, or nobody takes it', async () => {
        const { hypervisor } = host;
        const domid = await startGuest(host, QUIET);
        const late = hypervisor.dumpCore(domid, new PassThrough(), AbortSignal.abort());
        await expect(late).rejects.toMatchObject({ code: 'cancelled' });
        const abort = new AbortController();
        const stuck = hypervisor.dumpCore(domid, new PassThrough(), abort.signal);
        abort.abort();
        await expect(stuck).rejects.toMatchObject({ code: 'cancelled' });
        const full = new PassThrough();
        full.destroy();
        const refused = hypervisor.dumpCore(domid, full, NEVER);
        await expect(refused).rejects.toMatchObject({ code: 'EIO' });
      });
    });

    describe('a domain on its way', () => {
      test('arrives as it left, while it kept writing, and its devices connect again', async () => {
        const { hypervisor, store } = host;
        const devices = [DISK, NIC];
        const source = await startGuest(host, { ...BUSY, devices });
        for (const device of devices) await awaitState(store, frontPath(source, device), 4);
        const { domid, ports } = await prepareDomain(hypervisor, BUSY.memoryMib);
        await writeTree(store, domid, devices);
        const stream = new PassThrough();
        const rounds: number[] = [];
        const saved = save(host, source, stream, {
          decide: ({ round, dirtyPages }) => {
            rounds.push(dirtyPages);
            return round >= 5 ? 'stop-and-copy' : 'continue';
          },
        });
        const [result, rings] = await Promise.all([
          saved,
          restore(hypervisor, domid, stream, ports),
        ]);
        expect(rounds).toHaveLength(6);
        expect(result.rounds).toBe(7);
        const digest = await hypervisor.memoryDigest(source);
        expect(digest).toMatch(/^[0-9a-f]{64}$/);
        expect(await hypervisor.memoryDigest(domid)).toBe(digest);
        expect(await hypervisor.domain(domid)).toMatchObject({ paused: true });
        expect(await hypervisor.domain(source)).toMatchObject({ shutdown: 'suspend' });

        await connectRings(store, domid, ports, rings);
        await destroyGuest(host, source);
        await hypervisor.unpauseDomain(domid);
        for (const device of devices) {
          await awaitState(store, frontPath(domid, device), XenbusState.connected);
          await awaitState(store, backPath(domid, device), XenbusState.connected);
        }
        await hypervisor.pauseDomain(domid);
        expect(await hypervisor.memoryDigest(domid)).not.toBe(digest);
      });

      test('arrives as it left when it gives memory back on its way', async () => {
        const { hypervisor, store } = host;
        const source = await startGuest(host, { cmdline: 'working_set=16', memoryMib: 32 });
        const { domid, ports } = await prepareDomain(hypervisor, 32);
        const target = `/local/domain/${source}/memory/target`;
        const stream = new PassThrough();
        const saved = save(host, source, stream, {
          decide: ({ round }) => {
            if (round === 1) void store.write(target, String(mibToKib(16)));
            return round >= 3 ? 'stop-and-copy' : 'continue';
          },
          suspend: async () => {
            await awaitInfo(
              hypervisor,
              source,
              ({ memoryKib, paused }) => paused || memoryKib === mibToKib(16),
            );
            await suspendGuest(host, source);
          },
        });
        await Promise.all([saved, restore(hypervisor, domid, stream, ports)]);
        expect(await hypervisor.memoryDigest(domid)).toBe(await hypervisor.memoryDigest(source));
      });

      test.each([
        'by the policy',
        'by its signal',
        'by its signal, with a reason',
        'by the far end',
      ])('runs on when its save is given up %s, and can be saved again', async (how) => {
        const { hypervisor } = host;
        const domid = await startGuest(host, BUSY);
        const abort = new AbortController();
        const stream = new PassThrough();
        stream.resume();
        const call = save(host, domid, stream, {
          signal: abort.signal,
          decide: ({ round }) => {
            if (round < 2) return 'continue';
            if (how === 'by the policy') return 'abort';
            if (how === 'by its signal') abort.abort();
            else if (how === 'by the far end') stream.destroy();
            else abort.abort(new ToolstackError('cancelled', 'somebody said so'));
            return 'continue';
          },
        });
        await expect(call).rejects.toMatchObject({
          code: how === 'by the far end' ? 'EIO' : 'cancelled',
          ...(how.endsWith('a reason') ? { message: 'somebody said so' } : {}),
        });
        const info = await hypervisor.domain(domid);
        expect(info).toMatchObject({ paused: false });
        expect(info?.shutdown).toBeUndefined();
        const image = await saveImage(host, domid);
        const { domid: other, ports } = await prepareDomain(hypervisor, BUSY.memoryMib);
        await restore(hypervisor, other, image, ports);
        expect(await hypervisor.memoryDigest(other)).toBe(await hypervisor.memoryDigest(domid));
      });

      test('stops at once when the signal was there before it began', async () => {
        const { hypervisor } = host;
        const domid = await startGuest(host, QUIET);
        const { ports, domid: other } = await prepareDomain(hypervisor);
        const signal = AbortSignal.abort();
        const cancelled = { code: 'cancelled' };
        const output = new PassThrough();
        await expect(save(host, domid, output, { signal })).rejects.toMatchObject(cancelled);
        const waiting = restore(hypervisor, other, new PassThrough(), ports, signal);
        await expect(waiting).rejects.toMatchObject(cancelled);
      });

      test('is waited for no longer when its restore is cancelled', async () => {
        const { domid, ports } = await prepareDomain(host.hypervisor);
        const abort = new AbortController();
        const waiting = restore(host.hypervisor, domid, new PassThrough(), ports, abort.signal);
        abort.abort();
        await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
      });
    });

    describe('an image', () => {
      async function tryToRestore(image: Buffer): Promise<unknown> {
        const { domid, ports } = await prepareDomain(host.hypervisor);
        try {
          await restore(host.hypervisor, domid, image, ports);
          return undefined;
        } catch (error) {
          return error;
        } finally {
          await host.hypervisor.destroyDomain(domid);
        }
      }

      test('that was cut anywhere is refused, with a word on why', async () => {
        const domid = await startGuest(host, QUIET);
        const image = await saveImage(host, domid);
        expect(await tryToRestore(image)).toBeUndefined();
        await fc.assert(
          fc.asyncProperty(fc.nat(image.length - 1), async (length) => {
            expect(await tryToRestore(image.subarray(0, length))).toMatchObject({
              code: 'EIO',
              message: expect.stringContaining('broken'),
            });
          }),
        );
      });

      test('that was damaged anywhere arrives or is refused, and hurts nobody', async () => {
        const neighbour = await startGuest(host, { devices: [DISK] });
        await awaitState(host.store, frontPath(neighbour, DISK), 4);
        const image = await saveImage(host, await startGuest(host, QUIET));
        const anywhere = fc
          .oneof(fc.nat(image.length - 1), fc.nat(80), fc.nat(300))
          .map((at) => at);
        const nearTheEnd = fc.nat(200).map((back) => image.length - 1 - back);
        const damage = fc.record({
          at: fc.oneof(anywhere, nearTheEnd),
          bytes: fc.oneof(
            fc.uint8Array({ minLength: 1, maxLength: 8 }),
            fc.constant(Buffer.alloc(8, 0xff)),
            fc.constant(Buffer.alloc(4)),
          ),
          how: fc.constantFrom('over', 'insert', 'cut'),
        });
        let refused = 0;
        await fc.assert(
          fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 4 }), async (damages) => {
            let broken = Buffer.from(image);
            for (const { at, bytes, how } of damages) {
              const rest = at + (how === 'insert' ? 0 : bytes.length);
              const middle = how === 'cut' ? Buffer.alloc(0) : bytes;
              broken = Buffer.concat([broken.subarray(0, at), middle, broken.subarray(rest)]);
            }
            const error = await tryToRestore(broken);
            if (error === undefined) return;
            refused += 1;
            expect(error).toBeInstanceOf(ToolstackError);
            expect((error as ToolstackError).code).toMatch(/^(EIO|EINVAL)$/);
          }),
          { numRuns: 300 },
        );
        expect(refused).toBeGreaterThan(0);
        expect(await host.store.readText(`${frontPath(neighbour, DISK)}/state`)).toBe('4');
      });

      test('with pages that the domain does not have is refused', async () => {
        const big = await startGuest(host, { cmdline: 'working_set=12', memoryMib: 16 });
        const image = await saveImage(host, big);
        const end = image.readUInt32LE(56) + 56;
        expect(end).toBeGreaterThan(56);
        const stretched = Buffer.from(image);
        stretched.writeBigUInt64LE(0xffff_ffffn, 64);
        expect(await tryToRestore(stretched)).toMatchObject({ code: 'EINVAL' });
        stretched.writeBigUInt64LE(0xf000_0000_0000_0001n, 64);
        expect(await tryToRestore(stretched)).toMatchObject({ code: 'EIO' });
      });

      test('with one record of very many pages arrives; a longer one is refused', async () => {
        const image = await saveImage(host, await startGuest(host, QUIET));
        const count = 6000;
        const record = Buffer.alloc(8 + 8 + count * (8 + 4096));
        record.writeUInt32LE(1, 0);
        record.writeUInt32LE(record.length - 8, 4);
        record.writeUInt32LE(count, 8);
        for (let at = 0; at < count; at += 1)
          record.writeBigUInt64LE(BigInt(at % 2000), 16 + at * 8);
        const join = (middle: Buffer) =>
          Buffer.concat([image.subarray(0, 48), middle, image.subarray(48)]);
        expect(await tryToRestore(join(record))).toBeUndefined();
        const endless = Buffer.alloc(8);
        endless.writeUInt32LE(1, 0);
        endless.writeUInt32LE(0x7fff_ffff, 4);
        expect(await tryToRestore(join(endless))).toMatchObject({
          code: 'EIO',
          message: expect.stringContaining('too long'),
        });
      });
    });

    test('that is lost: every call ends, host-lost', async () => {
      const { hypervisor, lose } = host;
      if (lose === undefined) return;
      const domid = await startGuest(host, BUSY);
      const stream = new PassThrough();
      stream.resume();
      let losing: Promise<void> | undefined;
      const saving = save(host, domid, stream, {
        decide: () => {
          losing ??= lose();
          return 'continue';
        },
      });
      await expect(saving).rejects.toMatchObject({ code: 'host-lost' });
      await losing;
      expect(await hypervisor.lost).toMatchObject({ code: 'host-lost' });
      for (const call of [hypervisor.hostInfo(), hypervisor.destroyDomain(domid)]) {
        await expect(call).rejects.toMatchObject({ code: 'host-lost' });
      }
    });

    test('tells of a domain that stopped by itself', async () => {
      const domid = await startGuest(host, QUIET);
      await host.hypervisor.shutdownDomain(domid, 'crash');
      await awaitDomain(host, domid, (info) => info?.shutdown === 'crash');
      await expect(host.hypervisor.resumeDomain(domid)).rejects.toMatchObject({ code: 'EINVAL' });
    });
  });
}
