import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openStore, type TestStore } from '../../xenstored/helpers/daemon.js';
import { storeCases } from './cases.js';
import { RawClient } from './raw-client.js';

let store: TestStore;
const clients: RawClient[] = [];
beforeEach(async () => {
  store = await openStore();
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.transport.destroy();
  await store.close();
});

function keep(client: RawClient): RawClient {
  clients.push(client);
  return client;
}

describe('our daemon over its socket', () => {
  for (const { name, run } of storeCases) {
    test(name, () => run({ connect: async () => keep(await RawClient.open(store.socketPath)) }));
  }
});

describe('our daemon in process', () => {
  for (const { name, run } of storeCases) {
    test(name, () =>
      run({ connect: async () => keep(new RawClient(store.daemon.connectLocal(0))) }),
    );
  }
});

describe('where oxenstored and not C is followed: commits merge unless an answer would differ', () => {
  const both = async () =>
    [
      keep(await RawClient.open(store.socketPath)),
      keep(await RawClient.open(store.socketPath)),
    ] as const;

  test('creators of siblings do not collide', async () => {
    const [a, b] = await both();
    await a.mkdir('/c');
    const [one, two] = [await a.start(), await b.start()];
    await a.write('/c/one', '1', one);
    await b.write('/c/two', '2', two);
    expect(await a.end(one)).toBe('OK\0');
    expect(await b.end(two)).toBe('OK\0');
    expect(await a.list('/c')).toBe('one\0two\0');
  });

  test('a transaction that only read never collides', async () => {
    const [a, b] = await both();
    const tx = await a.start();
    await a.read('/tool', tx);
    await b.write('/tool', 'new');
    expect(await a.end(tx)).toBe('OK\0');
  });

  test('it is a snapshot: later commits of others are not seen, even at the first look', async () => {
    const [a, b] = await both();
    await b.write('/c/x', 'old');
    const tx = await a.start();
    await b.write('/c/x', 'new');
    expect(await a.read('/c/x', tx)).toBe('old');
  });

  test('a listing that would show more now collides', async () => {
    const [a, b] = await both();
    await a.mkdir('/c');
    const tx = await a.start();
    expect(await a.list('/c', tx)).toBe('');
    await a.write('/c/mine', '', tx);
    await b.write('/c/yours', '');
    expect(await a.end(tx)).toBe('EAGAIN');
    expect(await a.list('/c')).toBe('yours\0');
  });

  test('a node that was found missing and is there now collides', async () => {
    const [a, b] = await both();
    const tx = await a.start();
    expect(await a.read('/c/lock', tx)).toBe('ENOENT');
    await a.write('/c/lock', 'a', tx);
    await b.write('/c/lock', 'b');
    expect(await a.end(tx)).toBe('EAGAIN');
  });
});
