import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parsePermissions } from '../../src/xenstore/permissions.js';
import { encodeFrames, MessageType } from '../../src/xenstore/wire.js';
import { RawClient } from '../contract/store/raw-client.js';
import { openStore, type TestStore } from './helpers/daemon.js';
import { bytesInUse } from './helpers/memory.js';

let store: TestStore;
let boss: RawClient;
beforeEach(async () => {
  store = await openStore();
  boss = new RawClient(store.daemon.connectLocal(0));
});
afterEach(async () => {
  await store.close();
});

const setPermissions = (tx: number, ...texts: string[]) =>
  boss.ask(MessageType.SET_PERMS, texts.map((text) => `${text}\0`).join(''), tx);

describe('a transaction that outlives a domain', () => {
  test('cannot make it the owner of anything', async () => {
    await boss.introduce(5);
    await boss.write('/x', '');
    const tx = await boss.start();
    expect(await setPermissions(tx, '/x', 'n5')).toBe('OK\0');
    store.host.states.set(5, 'gone');
    store.daemon.domainsChanged();
    expect(await boss.end(tx)).toBe('EAGAIN');
    expect(await boss.getPermissions('/x')).toBe('n0\0');
  });

  test('does not mean the next one of its domid', async () => {
    await boss.introduce(5);
    await boss.write('/owned', '');
    await boss.write('/read', 'secret');
    const [first, second] = [await boss.start(), await boss.start()];
    expect(await setPermissions(first, '/owned', 'n5')).toBe('OK\0');
    expect(await setPermissions(second, '/read', 'n0', 'r5')).toBe('OK\0');
    await boss.ask(MessageType.RELEASE, '5\0');
    const successor = new RawClient(store.daemon.connectLocal(5));
    expect(await boss.end(first)).toBe('EAGAIN');
    expect(await boss.end(second)).toBe('OK\0');
    expect(await boss.getPermissions('/owned')).toBe('n0\0');
    expect(await successor.read('/read')).toBe('EACCES');
  });
});

describe('what a transaction replaced', () => {
  test('is told to those who could read it before', async () => {
    await boss.write('/a/b', 'old');
    await boss.setPermissions('/a/b', 'r0');
    const guest = new RawClient(store.daemon.connectLocal(5));
    await guest.watch('/a/b', 't');
    await guest.events();
    const tx = await boss.start();
    await boss.rm('/a', tx);
    await boss.write('/a/b', 'new', tx);
    expect(await boss.end(tx)).toBe('OK\0');
    expect(await guest.events()).toEqual(['/a/b t']);
  });

  test('is not told to those who never could read it', async () => {
    await boss.write('/a', '');
    await boss.setPermissions('/a', 'r0');
    const guest = new RawClient(store.daemon.connectLocal(5));
    await guest.watch('/a', 't');
    await guest.events();
    const tx = await boss.start();
    await boss.write('/a/hidden/deep/name', '', tx);
    for (const path of ['/a/hidden', '/a/hidden/deep', '/a/hidden/deep/name']) {
      await setPermissions(tx, path, 'n0');
    }
    expect(await boss.end(tx)).toBe('OK\0');
    // Of /a/hidden, which lies where it may look, but not of what is in there.
    expect(await guest.events()).toEqual(['/a/hidden t']);
  });
});

describe('what a transaction of a guest may make the daemon remember', () => {
  test('is bounded in bytes; domain 0 is not', async () => {
    const guest = new RawClient(store.daemon.connectLocal(5));
    await boss.write('/q', '');
    await boss.setPermissions('/q', 'b0');
    const value = 'x'.repeat(2000);
    const [tx, tx0] = [await guest.start(), await boss.start()];
    const answers: string[] = [];
    for (let i = 0; i < 1500; i++) {
      answers.push(await guest.write('/q', value, tx));
      expect(await boss.write('/q', value, tx0)).toBe('OK\0');
    }
    expect(answers.indexOf('ENOSPC')).toBeGreaterThan(100);
    expect(await guest.end(tx)).toBe('ENOMEM');
    expect(await boss.end(tx0)).toBe('OK\0');
  });

  test('does not grow after a quota has been hit', async () => {
    const guest = new RawClient(store.daemon.connectLocal(5));
    await boss.write('/q', '');
    await boss.setPermissions('/q', 'b0');
    const transactionId = await guest.start();
    const payload = `/q\0${'x'.repeat(4000)}`;
    const before = bytesInUse();
    for (let round = 0; round < 200; round++) {
      const frames = Array.from({ length: 100 }, (_, i) => {
        return { type: MessageType.WRITE, requestId: i + 1, transactionId, payload };
      });
      guest.transport.write(encodeFrames(frames));
      expect(await guest.write('/q', 'x'.repeat(4000), transactionId)).toBe('ENOSPC');
      guest.received.length = 0;
    }
    expect(bytesInUse() - before).toBeLessThan(20e6);
    expect(await guest.end(transactionId)).toBe('ENOMEM');
  });
});

test('the root does not belong to the next domain of the number of its late owner', async () => {
  const guest = new RawClient(store.daemon.connectLocal(5));
  await boss.setPermissions('/', 'n5', 'r6');
  expect(await guest.write('/mine', '')).toBe('OK\0');
  store.host.states.set(5, 'gone');
  store.daemon.domainsChanged();
  await guest.closed();
  expect(await boss.getPermissions('/')).toBe('n0\0r6\0');
  store.host.states.delete(5);
  const successor = new RawClient(store.daemon.connectLocal(5));
  expect(await successor.write('/mine', '')).toBe('EACCES');
  expect(await store.as(0).getPermissions('/tool')).toEqual(parsePermissions('n0'));
});
