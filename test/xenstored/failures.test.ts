/** What must hold although something has gone wrong. */
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { XenStoreClient } from '../../src/xenstore/client.js';
import { encodeFrames, FrameDecoder, MessageType } from '../../src/xenstore/wire.js';
import { DurableLog } from '../../src/xenstored/log/log.js';
import { Core } from './helpers/core.js';
import { openStore, temporaryDirectory } from './helpers/daemon.js';
import { stateOf } from './helpers/state.js';

const T = MessageType;

test('a log whose snapshot is damaged does not open as half a tree', () => {
  const directory = temporaryDirectory();
  onTestFinished(() => directory.remove());
  const { log, recovered } = DurableLog.open(directory.path, undefined);
  const core = new Core({ ...recovered, write: ({ pending }) => log.write(pending) });
  const client = core.connect();
  for (let i = 0; i < 1000; i++) core.ask(client, T.WRITE, `/n/${i}\0value`);
  core.settle();
  log.startCompaction(core.store.tree, core.store.domains);
  while (log.isCompacting) log.continueCompaction();
  log.close();
  const path = join(directory.path, 'store.log');
  const bytes = readFileSync(path);
  const middle = Math.floor(bytes.length / 2);
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
  writeFileSync(path, bytes);
  let nodes = 0;
  try {
    const opened = DurableLog.open(directory.path, undefined);
    opened.log.close();
    nodes = stateOf(opened.recovered).nodes.length;
  } catch {
    // To refuse is right as well.
  }
  expect(nodes).toBeLessThanOrEqual(1);
});

test('a compaction that fails at its very end loses nothing that is acknowledged', async () => {
  const directory = temporaryDirectory();
  onTestFinished(() => directory.remove());
  const script = fileURLToPath(new URL('./helpers/daemon-child.mjs', import.meta.url));
  const child = fork(script, [directory.path]);
  await once(child, 'message');
  const client = await XenStoreClient.connect(join(directory.path, 'socket'));
  const hundred = async (path: (i: number) => string, value: string) => {
    await Promise.all(Array.from({ length: 100 }, (_, i) => client.write(path(i), value)));
  };
  for (let i = 0; i < 7; i++) await hundred((j) => `/t/${i * 100 + j}`, 'x'.repeat(100));
  for (let i = 0; i < 9; i++) await hundred(() => '/hot', 'v'.repeat(4000));
  // Room for one more file: for the new log, and none for its directory.
  const used = new Set(readdirSync(`/proc/${child.pid}/fd`).map(Number));
  let limit = 0;
  while (used.has(limit)) limit += 1;
  limit += 1;
  while (used.has(limit)) limit += 1;
  execFileSync('prlimit', ['--pid', String(child.pid), `--nofile=${limit}:4096`]);
  for (let i = 0; i < 5; i++) await hundred(() => '/hot', 'v'.repeat(4000));
  await client.write('/acknowledged', 'yes');
  child.kill('SIGKILL');
  await once(child, 'exit');
  const store = await openStore({ path: directory.path, remove: () => undefined });
  onTestFinished(() => store.close());
  expect(await store.as(0).exists('/acknowledged')).toBe(true);
});

test('what was refused in a transaction, for want of room, is not committed by it', () => {
  const core = new Core();
  const [a, b] = [core.connect(), core.connect()];
  const tx = Number.parseInt(core.ask(a, T.TRANSACTION_START, '\0'), 10);
  core.settle();
  core.ask(b, T.WRITE, '/pending\0');
  core.send(a, T.WRITE, '/in-transaction\0', tx);
  core.store.rollBack();
  const [answer] = core.messages(a);
  const end = core.ask(a, T.TRANSACTION_END, 'T\0', tx);
  const isThere = core.ask(a, T.READ, '/in-transaction\0') !== 'ENOENT';
  expect({ wasDone: answer === 'OK\0', end }).toEqual({ wasDone: isThere, end });
});

test('a client that ends its side gets all replies, as slowly as it may read', async () => {
  const store = await openStore();
  onTestFinished(() => store.close());
  const client = await store.connect();
  await client.write('/big', 'x'.repeat(4000));
  const socket = createConnection({ path: store.socketPath, allowHalfOpen: true });
  await once(socket, 'connect');
  socket.pause();
  const request = { type: T.READ, requestId: 1, transactionId: 0, payload: '/big\0' };
  socket.end(encodeFrames(Array.from({ length: 250 }, () => request)));
  for (let turn = 0; turn < 50; turn++) await client.read('/big');
  const decoder = new FrameDecoder();
  let replies = 0;
  socket.on('data', (bytes: Buffer) => {
    decoder.feed(bytes);
    while (decoder.next() !== undefined) replies += 1;
  });
  socket.resume();
  await once(socket, 'close');
  expect(replies).toBe(250);
});
