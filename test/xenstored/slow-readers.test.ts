import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { XenStoreClient } from '../../src/xenstore/client.js';
import { encodeFrames, MessageType } from '../../src/xenstore/wire.js';
import { openStore, type TestStore } from './helpers/daemon.js';
import { bytesInUse } from './helpers/memory.js';

const MB = 1024 * 1024;
let store: TestStore;
let boss: XenStoreClient;
beforeEach(async () => {
  store = await openStore();
  boss = await store.connect();
  await boss.write('/w', 'x'.repeat(2000));
  await boss.setPermissions('/w', [{ access: 'r', domid: 0 }]);
});
afterEach(async () => {
  await store.close();
});

/** A client that sends and never reads: a guest over its own socket, or domain 0. */
async function mute(domid: number): Promise<Socket> {
  if (domid !== 0) await boss.introduce(domid, 1n, 1);
  const own = join(store.dir, 'domain', String(domid));
  const socket = createConnection(domid === 0 ? store.socketPath : own);
  await once(socket, 'connect');
  return socket.pause();
}

const hasBeenGivenUp = () => store.lines.some(({ message }) => message === 'ended a connection');

test.each([
  { who: 'a guest', domid: 5, watches: 100, token: 1000, bound: 16 },
  { who: 'a guest with many small events', domid: 5, watches: 128, token: 0, bound: 16 },
  { who: 'domain 0', domid: 0, watches: 200, token: 1000, bound: 48 },
  { who: 'domain 0 with many small events', domid: 0, watches: 3000, token: 0, bound: 64 },
])('$who that reads no events holds at most $bound MB and is given up', async (sample) => {
  const socket = await mute(sample.domid);
  const frames = Array.from({ length: sample.watches }, (_, i) => ({
    type: MessageType.WATCH,
    requestId: i,
    transactionId: 0,
    payload: `/w\0${i}${'t'.repeat(sample.token)}\0`,
  }));
  socket.write(encodeFrames(frames));
  const watching = new RegExp(`watches +: +${sample.watches}\n`);
  while (!watching.test(await boss.control('quota', String(sample.domid)))) await boss.read('/w');
  const before = bytesInUse();
  let most = 0;
  for (let round = 0; !hasBeenGivenUp(); round++) {
    expect(round).toBeLessThan(5000);
    // Each write is to another node, so that no two events are equal.
    await boss.write(`/w/${round}`, '');
    expect(await boss.readText(`/w/${round}`)).toBe('');
    if (round % 20 === 0) most = Math.max(most, bytesInUse() - before);
  }
  expect(most).toBeLessThan(sample.bound * MB);
  expect(await boss.control('quota', '0')).toMatch(/watches +: +0\n/);
  socket.destroy();
});

test.each([
  { who: 'a guest', domid: 5 },
  { who: 'domain 0', domid: 0 },
])('$who that reads no replies is not read from: at most 8 MB wait', async ({ domid }) => {
  const socket = await mute(domid);
  const before = bytesInUse();
  const read = { type: MessageType.READ, requestId: 1, transactionId: 0, payload: '/w\0' };
  const some = encodeFrames(Array.from({ length: 1000 }, () => read));
  let most = 0;
  for (let round = 0; round < 3000; round++) {
    if (socket.writableLength === 0) socket.write(some);
    expect((await boss.read('/w')).length).toBe(2000);
    if (round % 100 === 0) most = Math.max(most, bytesInUse() - before);
  }
  expect(socket.writableLength, 'what the daemon did not take').toBeGreaterThan(0);
  expect(most).toBeLessThan(8 * MB);
  socket.destroy();
});
