import { statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HypercallConnection } from '../../../src/hypervisor/embedded/connection.js';
import { encodeFrame, FrameDecoder } from '../../../src/hypervisor/embedded/frames.js';
import type { Kib } from '../../../src/model/index.js';
import { prepareDomain, startGuest } from '../helpers/guest.js';
import { startMachine, type TestMachine } from '../helpers/machine.js';

let ground: TestMachine;
let honest: HypercallConnection;
beforeEach(async () => {
  ground = await startMachine();
  honest = await HypercallConnection.connect(ground.stateDir.hypervisorSocket);
});
afterEach(async () => {
  honest.close();
  await ground.close();
});

async function open(): Promise<Socket> {
  const socket = connect(ground.stateDir.hypervisorSocket);
  // A server that hangs up on us is what many of these tests are for.
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  return socket;
}

function closed(socket: Socket): Promise<void> {
  if (socket.closed) return Promise.resolve();
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

/** Sends one request and gives its reply. */
async function ask(json: unknown, bytes?: Buffer): Promise<{ error?: { code: string } }> {
  const socket = await open();
  const decoder = new FrameDecoder();
  try {
    for (const part of encodeFrame(7, json, bytes)) socket.write(part);
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      decoder.feed(chunk);
      const frame = decoder.next();
      if (frame === undefined) continue;
      expect(frame.id).toBe(7);
      return frame.json as { error?: { code: string } };
    }
    throw new Error('the machine hung up');
  } finally {
    socket.destroy();
  }
}

function header(id: number, jsonBytes: number, dataBytes: number): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt32LE(id, 0);
  bytes.writeUInt32LE(jsonBytes, 4);
  bytes.writeUInt32LE(dataBytes, 8);
  return bytes;
}

test('the socket is for its owner alone', () => {
  expect(statSync(ground.stateDir.hypervisorSocket).mode & 0o777).toBe(0o600);
});

describe('nonsense', () => {
  test('of any bytes, in any pieces, hurts nobody else', async () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      fc
        .tuple(fc.nat(), fc.nat(0xffff_ffff), fc.nat(0xffff_ffff))
        .map(([id, json, data]) => header(id, json, data)),
      fc
        .json()
        .map((text) => Buffer.concat([header(1, Buffer.byteLength(text), 0), Buffer.from(text)])),
      fc.constant(Buffer.concat(encodeFrame(2, { call: 'domains' }))),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (pieces) => {
        const socket = await open();
        for (const bytes of pieces) socket.write(bytes);
        // Half frames are left hanging, then cut off.
        await honest.call('domains', {});
        socket.destroy();
        await closed(socket);
      }),
      { numRuns: 150 },
    );
    expect((await honest.call('domains', {})).result).toHaveLength(1);
  });

  test.each([
    ['a length that no frame has', header(1, 0xffff_ffff, 0)],
    ['bytes that no frame has', header(1, 2, 0xffff_ffff)],
    ['no JSON', Buffer.concat([header(1, 3, 0), Buffer.from('{{{')])],
    ['JSON without an end', Buffer.concat([header(1, 100_000, 0), Buffer.alloc(100_000, '[')])],
    ['nothing at all', header(1, 0, 0)],
  ])('that is no frame (%s) ends the connection', async (_what, bytes) => {
    const socket = await open();
    socket.resume();
    socket.write(bytes);
    await closed(socket);
    expect((await honest.call('domains', {})).result).toHaveLength(1);
  });

  test('as a request is answered as such', async () => {
    const { domid } = await prepareDomain(ground.hypervisor);
    for (const request of [
      null,
      [],
      'domains',
      {},
      { call: 7 },
      { call: 'format-disk' },
      { call: 'constructor' },
      { call: '__proto__' },
      { call: 'domain' },
      { call: 'domain', params: { domid: '1' } },
      { call: 'domain', params: { domid: -1 } },
      { call: 'domain', params: { domid: 1.5 } },
      { call: 'domain', params: { domid: 0x7ff0 } },
      { call: 'pause', params: { domid: 0 } },
      { call: 'destroy', params: { domid: 0 } },
      { call: 'shutdown', params: { domid: 0, reason: 'crash' } },
      { call: 'shutdown', params: { domid, reason: 'boredom' } },
      { call: 'create', params: { uuid: 'x', type: 'pv', maxVcpus: 1 } },
      { call: 'prepare', params: { domid, maxVcpus: 1, memoryKib: 2, maxMemoryKib: 1 } },
      { call: 'prepare', params: { domid, maxVcpus: 1, memoryKib: 1, maxMemoryKib: 2 ** 40 } },
      { call: 'prepare', params: { domid, maxVcpus: 0, memoryKib: 1, maxMemoryKib: 1 } },
      { call: 'writePages', params: { domid, count: 0 } },
      { call: 'writePages', params: { domid, count: 1 } },
      { call: 'getContext', params: { domid } },
      { call: 'setContext', params: { domid, context: { cmdline: '', ticks: 0, random: 0 } } },
      { call: 'setContext', params: { domid, context: null } },
    ]) {
      expect(await ask(request), JSON.stringify(request)).toMatchObject({
        error: { code: 'EINVAL' },
      });
    }
  });

  test('as parameters of any call is answered, and hurts nobody', async () => {
    const calls = [
      ...['domain', 'create', 'prepare', 'build', 'pause', 'unpause', 'resume', 'shutdown'],
      ...['logDirty', 'takeDirty', 'countDirty', 'populated', 'readPages', 'writePages'],
      ...['getContext', 'setContext', 'memoryDigest', 'destroy', 'status', 'hostInfo'],
    ];
    const params = fc.oneof(
      fc.anything(),
      fc.record({ domid: fc.nat(6), count: fc.nat(5000), enable: fc.boolean() }),
      fc.record({
        domid: fc.nat(6),
        maxVcpus: fc.constant(1),
        memoryKib: fc.nat(20_000),
        maxMemoryKib: fc.nat(1_000_000),
        context: fc.constant({ cmdline: 'dirty_rate=999999999', ticks: 0, random: 1 }),
      }),
      fc.constant({ uuid: '6c1f9ed4-4c42-4f6b-8f6e-0d1c2b3a4958', type: 'pv', maxVcpus: 1 }),
    );
    const bytes = fc.uint8Array({ maxLength: 64 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...calls), params, bytes, async (call, given, data) => {
        const reply = await ask({ call, params: given }, Buffer.from(data));
        expect('result' in reply || typeof reply.error?.code === 'string').toBe(true);
        expect(reply.error?.code).not.toBe('internal');
      }),
      { numRuns: 400 },
    );
    expect((await honest.call('hostInfo', {})).result.kind).toBe('embedded');
  });
});

test('a domain that has no room for its program is not woken', async () => {
  const { domid } = await prepareDomain(ground.hypervisor, 1);
  const context = { cmdline: '', ticks: 0, random: 1 };
  await expect(honest.call('setContext', { domid, context })).rejects.toMatchObject({
    code: 'ENOMEM',
  });
});

test('a domain that has run keeps its program and its memory', async () => {
  const domid = await startGuest(ground);
  const context = { cmdline: '', ticks: 0, random: 1 };
  const limits = { maxVcpus: 1, vcpus: 1, memoryKib: 8192 as Kib, maxMemoryKib: 8192 as Kib };
  const busy = { code: 'EBUSY' };
  await expect(honest.call('setContext', { domid, context })).rejects.toMatchObject(busy);
  await expect(honest.call('prepare', { domid, ...limits })).rejects.toMatchObject(busy);
});

test('more pages than fit into a reply are not read', async () => {
  const { domid } = await prepareDomain(ground.hypervisor, 1);
  const most = Buffer.alloc(4096 * 4);
  expect((await honest.call('readPages', { domid }, most)).bytes).toHaveLength(4096 * 4096);
  const call = honest.call('readPages', { domid }, Buffer.alloc(4097 * 4));
  await expect(call).rejects.toMatchObject({ code: 'EINVAL' });
});

test('many connections at once are all answered', async () => {
  const connections = await Promise.all(
    Array.from({ length: 200 }, () =>
      HypercallConnection.connect(ground.stateDir.hypervisorSocket),
    ),
  );
  const replies = await Promise.all(
    connections.flatMap((connection) => [
      connection.call('domains', {}),
      connection.call('hostInfo', {}),
    ]),
  );
  expect(replies).toHaveLength(400);
  for (const connection of connections) connection.close();
});

test('who does not read its replies is read from no further, and is answered once it does', async () => {
  const { domid } = await prepareDomain(ground.hypervisor, 8);
  const socket = await open();
  const asked = 1500;
  const frames = Buffer.alloc(256 * 4);
  for (let id = 1; id <= asked; id += 1) {
    for (const part of encodeFrame(id, { call: 'readPages', params: { domid } }, frames)) {
      socket.write(part);
    }
  }
  // 1.5 GiB of replies would be due by now.
  const before = process.memoryUsage().arrayBuffers;
  for (let round = 0; round < 300; round += 1) {
    await honest.call('domain', { domid });
    await turn();
  }
  expect(socket.writableLength).toBeGreaterThan(0);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200 * 1024 * 1024);

  const decoder = new FrameDecoder();
  const answered: number[] = [];
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    decoder.feed(chunk);
    for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
      answered.push(frame.id);
    }
    if (answered.length === asked) break;
  }
  expect(answered).toEqual(Array.from({ length: asked }, (_, index) => index + 1));
});

test.each(['left behind', 'aborted'])(
  'a save that was %s leaves nothing switched on',
  async (how) => {
    const domid = await startGuest(ground, { cmdline: 'dirty_rate=1000' });
    if (how === 'left behind') {
      await honest.call('logDirty', { domid, enable: true });
      await ground.hypervisor.abandonSave(domid);
    } else {
      const callbacks = {
        onProgress: () => undefined,
        decide: () => 'abort' as const,
        suspend: () => Promise.reject(new Error('this is not reached')),
      };
      const { signal } = new AbortController();
      const output = new PassThrough().resume();
      const saving = ground.hypervisor.saveDomain(domid, output, callbacks, signal);
      await expect(saving).rejects.toMatchObject({ code: 'cancelled' });
    }
    await honest.call('pause', { domid });
    // Not recording, the machine gives every frame that holds anything, each time.
    const { count } = (await honest.call('populated', { domid })).result;
    expect((await honest.call('takeDirty', { domid })).result.count).toBe(count);
    expect((await honest.call('takeDirty', { domid })).result.count).toBe(count);
  },
);

test('calls for a domain that goes while its files are read end with an error', async () => {
  const { domid, ports } = await prepareDomain(ground.hypervisor);
  expect(ports.storePort).toBeGreaterThan(0);
  const image = { kernel: '/proc/self/exe', ramdisk: undefined, cmdline: '' };
  const building = honest.call('build', { domid, image });
  const ending = honest.call('destroy', { domid });
  await expect(building).rejects.toMatchObject({ code: 'ESRCH' });
  await ending;
  expect(await ground.hypervisor.domain(domid)).toBeUndefined();
});
