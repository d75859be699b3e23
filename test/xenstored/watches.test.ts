import { afterEach, beforeEach, expect, test } from 'vitest';
import { MessageType } from '../../src/xenstore/wire.js';
import { RawClient } from '../contract/store/raw-client.js';
import { Core } from './helpers/core.js';
import { openStore, type TestStore } from './helpers/daemon.js';

let store: TestStore;
let boss: RawClient;
beforeEach(async () => {
  store = await openStore();
  boss = new RawClient(store.daemon.connectLocal(0));
});
afterEach(async () => {
  await store.close();
});

test('a special name and a node of that name are watched apart', async () => {
  await boss.watch('@releaseDomain', 'special');
  await boss.watch('/@releaseDomain', 'node');
  await boss.introduce(5);
  await boss.events();
  await boss.write('/@releaseDomain', '');
  expect(await boss.events()).toEqual(['/@releaseDomain node']);
  await boss.ask(MessageType.RELEASE, '5\0');
  expect(await boss.events()).toEqual(['@releaseDomain special']);
});

test('what went with a node is told in order of creation, each behind what was below it', async () => {
  for (const path of ['/p', '/p/x', '/p/y', '/p/z', '/p/y/1', '/p/y/2']) await boss.mkdir(path);
  for (const path of ['/p/z', '/p/y/2', '/p/y/1', '/p/y', '/p/x']) await boss.watch(path, 't');
  await boss.events();
  await boss.rm('/p');
  // As the C daemon of Xen 4.17 says it.
  expect(await boss.events()).toEqual(['/p/x t', '/p/y/1 t', '/p/y/2 t', '/p/y t', '/p/z t']);
});

test('a node may have more watches than a call may have arguments', () => {
  const core = new Core();
  const [watcher, writer] = [core.connect(), core.connect()];
  const count = 150_000;
  for (let i = 0; i < count; i++) core.send(watcher, MessageType.WATCH, `/x\0${i}\0`);
  core.messages(watcher);
  expect(core.ask(writer, MessageType.WRITE, '/x\0')).toBe('OK\0');
  expect(core.messages(watcher)).toHaveLength(count);
});
