import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { machineStatus, stopMachine } from '../../src/client/machine-control.js';
import { isListening } from '../../src/runtime/running.js';
import { makeStateDir, type StateDir, stateDirAt } from '../../src/runtime/state-dir.js';
import { temporaryDirectory } from '../runtime/temporary.js';

const STATUS = {
  pid: 42,
  startedAt: 1_763_714_580_000,
  totalMemoryKib: 4_194_304,
  freeMemoryKib: 1_048_576,
  cpus: 4,
  domains: 3,
};
const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** Somebody who listens where the machine would, and does as told with each request. */
async function listen(answer: (call: unknown, socket: Socket) => void): Promise<StateDir> {
  const stateDir = stateDirAt(temporaryDirectory());
  makeStateDir(stateDir);
  const server = createServer((socket) => {
    socket.on('data', (frame: Buffer) => {
      expect(frame.readUInt32LE(8)).toBe(0);
      answer(JSON.parse(frame.toString('utf8', 12, 12 + frame.readUInt32LE(4))), socket);
    });
  });
  server.listen(stateDir.hypervisorSocket);
  await once(server, 'listening');
  closers.push(() => server.close());
  return stateDir;
}

function reply(value: object): Buffer {
  const json = Buffer.from(JSON.stringify(value));
  const header = Buffer.alloc(12);
  header.writeUInt32LE(1, 0);
  header.writeUInt32LE(json.length, 4);
  return Buffer.concat([header, json]);
}

describe('the machine', () => {
  test('that does not run has no status and needs no stop', async () => {
    const stateDir = stateDirAt(temporaryDirectory());
    expect(await isListening(stateDir.hypervisorSocket)).toBe(false);
    expect(await machineStatus(stateDir)).toBeUndefined();
    expect(await stopMachine(stateDir)).toBe(false);
  });

  test('tells its status, in however many pieces', async () => {
    const stateDir = await listen((call, socket) => {
      expect(call).toEqual({ call: 'status', params: {} });
      const frame = reply({ result: STATUS });
      socket.setNoDelay().write(frame.subarray(0, 7));
      setImmediate(() => socket.write(frame.subarray(7)));
    });
    expect(await isListening(stateDir.hypervisorSocket)).toBe(true);
    expect(await machineStatus(stateDir)).toEqual(STATUS);
  });

  test('is stopped when it has hung up', async () => {
    const order: string[] = [];
    const stateDir = await listen((call, socket) => {
      expect(call).toEqual({ call: 'stop', params: {} });
      socket.write(reply({ result: {} }));
      setImmediate(() => {
        order.push('machine ended');
        socket.destroy();
      });
    });
    expect(await stopMachine(stateDir)).toBe(true);
    order.push('stop returned');
    expect(order).toEqual(['machine ended', 'stop returned']);
  });

  test('passes its errors on', async () => {
    const stateDir = await listen((_, socket) =>
      socket.write(reply({ error: { code: 'ENOTSUP', message: 'no such call' } })),
    );
    await expect(machineStatus(stateDir)).rejects.toMatchObject({
      code: 'ENOTSUP',
      message: 'no such call',
    });
  });

  test('that hangs up, or announces a reply without end, is an error', async () => {
    const hangsUp = await listen((_, socket) => socket.destroy());
    await expect(machineStatus(hangsUp)).rejects.toMatchObject({ code: 'host-lost' });
    const endless = await listen((_, socket) => socket.write(Buffer.alloc(12, 0xff)));
    await expect(machineStatus(endless)).rejects.toMatchObject({ code: 'host-lost' });
  });
});
