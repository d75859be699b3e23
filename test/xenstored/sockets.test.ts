import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { XenStoreClient } from '../../src/xenstore/client.js';
import { parsePermissions } from '../../src/xenstore/permissions.js';
import { encodeFrames, HEADER_BYTES, MessageType } from '../../src/xenstore/wire.js';
import { RawClient } from '../contract/store/raw-client.js';
import { openStore, type TestStore } from './helpers/daemon.js';

let store: TestStore;
let dom0: XenStoreClient;
const clients: RawClient[] = [];
beforeEach(async () => {
  store = await openStore();
  dom0 = await store.connect();
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.transport.destroy();
  await dom0.close();
  await store.close();
});

async function open(path: string): Promise<RawClient> {
  const client = await RawClient.open(path);
  clients.push(client);
  return client;
}

const socketOf = (domid: number) => join(store.dir, 'domain', String(domid));

async function introduce(domid: number): Promise<RawClient> {
  await dom0.write(`/local/domain/${domid}`, '');
  await dom0.setPermissions(`/local/domain/${domid}`, parsePermissions(`n${domid}`));
  await dom0.introduce(domid, 1n, 1);
  return open(socketOf(domid));
}

/** What the daemon reads of a socket in one go. */
const READ_BYTES = 64 * 1024;

describe('a client that sends as much as is read in one go', () => {
  const payload = `/${'x'.repeat(4096 - HEADER_BYTES - 2)}\0`;
  const request = { type: MessageType.READ, requestId: 0, transactionId: 0, payload };
  const count = READ_BYTES / 4096;

  test.each([1, 2, 3])('%i times, and ends, is answered and let go', async (times) => {
    const client = await open(store.socketPath);
    client.transport.end(encodeFrames(Array.from({ length: times * count }, () => request)));
    await client.closed();
    expect(client.received).toEqual(Array.from({ length: times * count }, () => 'ERROR EINVAL'));
  });

  test('and waits for the answers before it goes on, is served on', async () => {
    const client = await open(store.socketPath);
    for (let round = 0; round < 3; round++) {
      const answers = Array.from({ length: count }, () => client.ask(MessageType.READ, payload));
      expect(new Set(await Promise.all(answers))).toEqual(new Set(['EINVAL']));
    }
    expect(await client.read('/none')).toBe('ENOENT');
  });
});

describe('the socket of a domain', () => {
  test('is there when INTRODUCE is answered, for its owner alone; who connects is that domain', async () => {
    const guest = await introduce(7);
    expect(statSync(socketOf(7)).mode & 0o777).toBe(0o600);
    await dom0.write('/secret/x', '');
    expect(await guest.write('device/x', 'mine')).toBe('OK\0');
    expect(await dom0.readText('/local/domain/7/device/x')).toBe('mine');
    expect(await guest.getPermissions('device/x')).toBe('n7\0');
    expect(await guest.read('/secret/x')).toBe('EACCES');
    expect(await guest.read('/secret/none')).toBe('EACCES');
    expect(await guest.introduce(8)).toBe('EACCES');
  });

  test('goes with RELEASE, and with it all who are connected', async () => {
    const guest = await introduce(7);
    await dom0.release(7);
    await guest.closed();
    expect(existsSync(socketOf(7))).toBe(false);
  });

  test('goes when the domain dies', async () => {
    const guest = await introduce(7);
    store.host.states.set(7, 'gone');
    store.daemon.domainsChanged(7);
    await guest.closed();
    expect(readdirSync(join(store.dir, 'domain'))).toEqual([]);
  });

  test('is there again after a restart, for those who still live', async () => {
    await introduce(7);
    await introduce(8);
    store.host.states.set(8, 'gone');
    const again = await store.reopen();
    expect(readdirSync(join(again.dir, 'domain'))).toEqual(['7']);
    const guest = await open(socketOf(7));
    expect(await guest.write('x', 'y')).toBe('OK\0');
    await again.daemon.close();
    expect(existsSync(socketOf(7))).toBe(false);
  });

  test('introducing a domain again ends its connections, with watches and transactions', async () => {
    const guest = await introduce(7);
    await guest.watch('x', 't');
    await dom0.introduce(7, 1n, 1);
    await guest.closed();
    const fresh = await open(socketOf(7));
    expect(await fresh.watch('x', 't')).toBe('OK\0');
  });

  test('quotas count all connections of the domain', async () => {
    const first = await introduce(7);
    const second = await open(socketOf(7));
    for (let index = 0; index < 129; index++) {
      const client = index % 2 === 0 ? first : second;
      expect(await client.watch(`w${index}`, 't')).toBe('OK\0');
    }
    expect(await first.watch('more', 't')).toBe('E2BIG');
    expect(await second.watch('more', 't')).toBe('E2BIG');
    for (let index = 0; index < 11; index++) await (index % 2 === 0 ? first : second).start();
    expect(await first.ask(MessageType.TRANSACTION_START, '\0')).toBe('ENOSPC');
    expect(await dom0.control('quota', '7')).toMatch(/watches +: +129\ntransactions +: +11\n/);
  });
});

describe('the read-only socket', () => {
  let reader: RawClient;
  beforeEach(async () => {
    await store.daemon.listen(join(store.dir, 'socket_ro'), 'ro');
    reader = await open(join(store.dir, 'socket_ro'));
  });

  test('its group may use it too', () => {
    expect(statSync(join(store.dir, 'socket_ro')).mode & 0o777).toBe(0o660);
  });

  test('reads, lists, watches and has transactions', async () => {
    await dom0.write('/a/b', 'x');
    expect(await reader.read('/a/b')).toBe('x');
    expect(await reader.list('/a')).toBe('b\0');
    expect(await reader.watch('/a', 't')).toBe('OK\0');
    await dom0.write('/a/c', '');
    expect(await reader.events()).toEqual(['/a t', '/a/c t']);
    const tx = await reader.start();
    expect(await reader.read('/a/b', tx)).toBe('x');
    expect(await reader.end(tx)).toBe('OK\0');
  });

  test('changes nothing', async () => {
    await dom0.write('/a/b', 'x');
    const before = await dom0.control('dump');
    expect(await reader.write('/a/b', 'y')).toBe('EROFS');
    expect(await reader.mkdir('/a/c')).toBe('EROFS');
    expect(await reader.rm('/a/b')).toBe('EROFS');
    expect(await reader.setPermissions('/a/b', 'n0')).toBe('EROFS');
    expect(await reader.write('/a/b', 'y', await reader.start())).toBe('EROFS');
    expect(await reader.introduce(5)).toBe('EACCES');
    expect(await reader.ask(MessageType.RELEASE, '5\0')).toBe('EACCES');
    expect(await reader.ask(MessageType.CONTROL, 'quota\0set\0nodes\x001\0')).toBe('EACCES');
    expect((await dom0.control('dump')).replace(/transactions .*/, '')).toBe(
      before.replace(/transactions .*/, ''),
    );
  });
});

describe('control connections', () => {
  const rows = async () => (await dom0.control('connections')).trim().split('\n').slice(1);

  test('tells what each connection is, holds, and does', async () => {
    const guest = await introduce(7);
    await guest.watch('x', 't');
    await guest.start();
    expect((await rows()).map((row) => row.split(/ +/).join(' '))).toEqual([
      '1 0 rw BUSY 0 0 0',
      '2 7 rw OK 0 0 0',
      '3 7 rw OK 1 1 0',
    ]);
  });

  test('a client that does not read what it asked for is BLOCKED, and OK once it has', async () => {
    await dom0.write('/big', 'x'.repeat(4000));
    const lazy = await open(store.socketPath);
    lazy.transport.pause();
    const replies = Array.from({ length: 1000 }, () => lazy.read('/big'));
    const state = async () => (await rows()).at(-1)?.split(/ +/)[3];
    // The daemon needs turns to read as much as the socket holds.
    while ((await state()) !== 'BLOCKED') await dom0.read('/big');
    lazy.transport.resume();
    await Promise.all(replies);
    expect(await state()).toBe('OK');
  });

  test('goes on where a reply ended', async () => {
    const others = await Promise.all(Array.from({ length: 150 }, () => store.connect()));
    await Promise.all(others.map((other) => other.exists('/')));
    const ids: number[] = [];
    for (let next: string | undefined = '0'; next !== undefined; ) {
      const page = await dom0.control('connections', next);
      ids.push(...(page.match(/^\d+/gm)?.map(Number) ?? []));
      next = /more: connections (\d+)\n$/.exec(page)?.[1];
    }
    expect(ids).toEqual(Array.from({ length: 151 }, (_, index) => index + 1));
  });
});

describe('control dump', () => {
  test('without a file tells figures', async () => {
    await introduce(7);
    expect(await dom0.control('dump')).toMatch(
      /^generation +\d+\nnodes +6\ndomains +1\nconnections +3\nwatches +0\ntransactions +0\n$/,
    );
  });

  test('with a file writes all that there is into it', async () => {
    const guest = await introduce(7);
    await guest.watch('x', 'tok');
    await guest.write('x', 'v');
    const file = join(store.dir, 'dump.jsonl');
    expect(await dom0.control('dump', file)).toBe('OK');
    const records = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(records).toContainEqual({
      kind: 'domain',
      domid: 7,
      frame: '1',
      port: 1,
      shutdown: false,
    });
    expect(records).toContainEqual({
      kind: 'watch',
      connection: 3,
      path: '/local/domain/7/x',
      token: 'tok',
    });
    expect(records).toContainEqual({
      kind: 'node',
      path: '/local/domain/7/x',
      permissions: 'n7',
      generation: expect.any(Number),
      value: 'v',
    });
  });

  test('says so when the file cannot be written', async () => {
    for (const file of ['/proc/none/x', 'relative']) {
      await expect(dom0.control('dump', file)).rejects.toMatchObject({ code: 'EINVAL' });
    }
  });
});
