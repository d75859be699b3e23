import { once } from 'node:events';
import { statSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { XenStoreClient } from '../../src/xenstore/client.js';
import { parsePermissions } from '../../src/xenstore/permissions.js';
import { encodeFrames, FrameDecoder, MessageType } from '../../src/xenstore/wire.js';
import type { CommittedChanges } from '../../src/xenstored/daemon.js';
import { openStore, type TestStore } from './helpers/daemon.js';

let store: TestStore;
beforeEach(async () => {
  store = await openStore();
});
afterEach(async () => {
  await store.close();
});

test('a fresh store holds the nodes that every store has', async () => {
  const client = await store.connect();
  expect(await client.list('/')).toEqual(['tool', 'local']);
  expect(await client.list('/local')).toEqual(['domain']);
  expect(await client.readText('/tool/xenstored')).toBe('');
  expect(await client.list('/local/domain')).toEqual([]);
});

test('what one client writes another reads', async () => {
  const [writer, reader] = await Promise.all([store.connect(), store.connect()]);
  await writer.write('/a/b', 'grüße');
  expect(await reader.readText('/a/b')).toBe('grüße');
});

describe('sockets', () => {
  test('several may be listened on; only their owner may use them', async () => {
    const second = join(store.dir, 'second');
    await store.daemon.listen(second);
    const client = await XenStoreClient.connect(second);
    await client.write('/x', '1');
    expect(await (await store.connect()).readText('/x')).toBe('1');
    expect(statSync(second).mode & 0o777).toBe(0o600);
  });

  test('a stale one is replaced, a living one is left alone', async () => {
    const path = join(store.dir, 'stale');
    const dead = createServer().listen(path);
    await once(dead, 'listening');
    await expect(store.daemon.listen(path)).rejects.toMatchObject({ code: 'EBUSY' });
    // Closing would remove the file; a killed process leaves it.
    dead.unref();
    const copy = join(store.dir, 'file');
    writeFileSync(copy, 'not a socket');
    await expect(store.daemon.listen(copy)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await expect(store.daemon.listen(store.socketPath)).rejects.toMatchObject({ code: 'EBUSY' });
    await new Promise((resolve) => dead.close(resolve));
  });

  test('a burst of connections is served', async () => {
    const clients = await Promise.all(Array.from({ length: 500 }, () => store.connect()));
    await Promise.all(clients.map((client, index) => client.write(`/burst/${index}`, '')));
    expect(await clients[0]?.list('/burst')).toHaveLength(500);
  });

  test('are gone when the daemon is closed', async () => {
    await store.daemon.close();
    expect(statSync(store.socketPath, { throwIfNoEntry: false })).toBeUndefined();
    await expect(store.connect()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

test('commits are told to listeners, whole, in order, and no other changes', async () => {
  const told: CommittedChanges[] = [];
  const client = store.as(0);
  const stop = store.daemon.onCommit((commit) => told.push(commit));
  await client.write('/h/x', '1');
  await client.transaction(async (tx) => {
    await tx.write('/h/x', '2');
    await tx.setPermissions('/h', parsePermissions('n0,w5'));
    await tx.remove('/h/x');
  });
  await expect(
    client.transaction(async (tx) => {
      await tx.write('/h/never', '');
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  await store.as(5).write('/h', 'by 5');
  stop();
  await client.write('/h/later', '');
  const n0 = parsePermissions('n0');
  expect(told.map(({ domid, changes }) => ({ domid, changes }))).toEqual([
    {
      domid: 0,
      changes: [
        { kind: 'create', path: '/h', value: Buffer.from(''), permissions: n0 },
        { kind: 'create', path: '/h/x', value: Buffer.from('1'), permissions: n0 },
      ],
    },
    {
      domid: 0,
      changes: [
        { kind: 'write', path: '/h/x', value: Buffer.from('2') },
        { kind: 'permissions', path: '/h', permissions: parsePermissions('n0,w5') },
        { kind: 'remove', path: '/h/x' },
      ],
    },
    { domid: 5, changes: [{ kind: 'write', path: '/h', value: Buffer.from('by 5') }] },
  ]);
});

describe('clients that do not read', () => {
  test('are not read from either, keep nobody waiting, and get all their replies in the end', async () => {
    const other = store.as(0);
    await other.write('/big', 'x'.repeat(4000));
    const socket = createConnection(store.socketPath);
    await once(socket, 'connect');
    socket.pause();
    const count = 100_000;
    const frames = Array.from({ length: count }, (_, requestId) => ({
      type: MessageType.READ,
      requestId,
      transactionId: 0,
      payload: '/big\0',
    }));
    socket.write(encodeFrames(frames));
    // Turns enough to take them all, were they taken.
    for (let turn = 0; turn < 1500; turn++) await other.read('/tool');
    expect(socket.writableLength, 'requests that the daemon did not take').toBeGreaterThan(0);
    const decoder = new FrameDecoder();
    let expected = 0;
    socket.on('data', (chunk: Buffer) => {
      decoder.feed(chunk);
      for (let frame = decoder.next(); frame; frame = decoder.next()) {
        expect(frame.requestId).toBe(expected);
        expected += 1;
      }
      if (expected === count) socket.destroy();
    });
    socket.resume();
    await once(socket, 'close');
    expect(expected).toBe(count);
  });

  test('are given up when too many events wait for them', async () => {
    const writer = store.as(0);
    const watcher = createConnection(store.socketPath);
    await once(watcher, 'connect');
    const token = 'x'.repeat(4000);
    watcher.write(
      encodeFrames([
        { type: MessageType.WATCH, requestId: 1, transactionId: 0, payload: `/w\0${token}\0` },
      ]),
    );
    await once(watcher, 'readable');
    const gone = () => store.lines.some(({ message }) => message === 'ended a connection');
    for (let round = 0; round < 100 && !gone(); round++) {
      await Promise.all(
        Array.from({ length: 100 }, (_, i) => writer.write(`/w/${round}-${i}`, '')),
      );
    }
    expect(gone()).toBe(true);
    expect(await writer.control('quota', '0')).toMatch(/watches +: +0\n/);
    watcher.destroy();
  });
});
