import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { XenStoreClient } from '../../src/xenstore/client.js';
import { WAITING_MAX, WatchQueue } from '../../src/xenstore/watch.js';
import { encodeFrames, FrameDecoder, MessageType } from '../../src/xenstore/wire.js';
import { duplexPair } from '../../src/xenstored/duplex-pair.js';
import { temporaryDirectory } from '../xenstored/helpers/daemon.js';
import { daemons, type RunningDaemon } from './helpers/daemons.js';
import { Relay } from './helpers/relay.js';
import { taking } from './helpers/taking.js';

describe.each(daemons)('watches on $name', ({ start }) => {
  let directory: ReturnType<typeof temporaryDirectory>;
  let daemon: RunningDaemon;
  let relay: Relay;
  let client: XenStoreClient;
  beforeEach(async () => {
    directory = temporaryDirectory();
    daemon = await start();
    relay = await new Relay(join(directory.path, 'relay'), daemon.socketPath).listen();
    client = await XenStoreClient.connect(relay.socketPath);
  });
  afterEach(async () => {
    await client.close();
    await relay.close();
    await daemon.remove();
    directory.remove();
  });

  test('give an event at once and one for each change', async () => {
    const watch = await client.watch('/w');
    const take = taking(watch);
    expect(await take()).toBe('/w');
    await client.write('/w/x', '1');
    expect(await take()).toBe('/w/x');
    await watch.close();
    expect(await take()).toBeUndefined();
  });

  test('of relative paths tell relative paths', async () => {
    const take = taking(await client.watch('device'));
    expect(await take()).toBe('device');
    await client.write('/local/domain/0/device/vif/0', '');
    expect(await take()).toBe('device/vif/0');
  });

  test('tell equal changes that wait as one', async () => {
    const take = taking(await client.watch('/w'));
    await take();
    for (const value of ['1', '2', '3']) {
      await client.write('/w/x', value);
      await client.write('/w/y', value);
    }
    await client.write('/w/end', '');
    expect([await take(), await take(), await take()]).toEqual(['/w/x', '/w/y', '/w/end']);
  });

  test('on one path do not mix', async () => {
    const [one, two] = await Promise.all([client.watch('/w'), client.watch('/w')]);
    const [takeOne, takeTwo] = [taking(one), taking(two)];
    expect([await takeOne(), await takeTwo()]).toEqual(['/w', '/w']);
    await client.write('/w/both', '');
    expect([await takeOne(), await takeTwo()]).toEqual(['/w/both', '/w/both']);
    await one.close();
    await client.write('/w/two', '');
    expect([await takeOne(), await takeTwo()]).toEqual([undefined, '/w/two']);
  });

  test('that were just closed tell nothing more', async () => {
    const [closed, open] = [await client.watch('/w'), await client.watch('/w')];
    const [takeClosed, takeOpen] = [taking(closed), taking(open)];
    await Promise.all([takeClosed(), takeOpen()]);
    // The event is on its way when the watch closes, as both requests go out at once.
    const [, , after] = await Promise.all([client.write('/w/x', ''), closed.close(), takeClosed()]);
    expect(after).toBeUndefined();
    expect(await takeOpen()).toBe('/w/x');
    expect(relay.watches).toBe(1);
  });

  test('close when their consumer leaves', async () => {
    for await (const { path } of await client.watch('/w')) {
      expect(path).toBe('/w');
      expect(relay.watches).toBe(1);
      break;
    }
    expect(relay.watches).toBe(0);
    const failing = async () => {
      for await (const _ of await client.watch('/w')) throw new RangeError('enough');
    };
    await expect(failing()).rejects.toThrow(RangeError);
    expect(relay.watches).toBe(0);
  });

  test('that are closed twice are closed once', async () => {
    const [one] = await Promise.all([client.watch('/w'), client.watch('/w')]);
    await Promise.all([one.close(), one.close()]);
    await one.close();
    expect(relay.watches).toBe(1);
  });

  test('are left by none of the ways that waitFor ends', async () => {
    const limit = { timeoutMs: 60_000 };
    await client.waitFor('/', () => 'found', limit);
    await expect(client.waitFor('/x', () => undefined, { timeoutMs: 10 })).rejects.toMatchObject({
      code: 'ETIMEDOUT',
    });
    const signal = AbortSignal.abort();
    await expect(client.waitFor('/x', () => 1, { ...limit, signal })).rejects.toMatchObject({
      code: 'ECANCELED',
    });
    const broken = () => {
      throw new RangeError('6 is too far');
    };
    await expect(client.waitFor('/x', broken, limit)).rejects.toThrow(RangeError);
    // Closing is not awaited; requests are handled in order.
    await client.exists('/');
    expect(relay.watches).toBe(0);
  });

  test('may be many, opened and closed at once', async () => {
    const paths = Array.from({ length: 10_000 }, (_, i) => `/many/${i % 5000}`);
    const watches = await Promise.all(paths.map((path) => client.watch(path)));
    const takers = watches.map(taking);
    expect(await Promise.all(takers.map((take) => take()))).toEqual(paths);
    await client.write('/many/0/x', '');
    expect(await takers[0]?.()).toBe('/many/0/x');
    expect(await takers[5000]?.()).toBe('/many/0/x');
    await Promise.all(watches.map((watch) => watch.close()));
    expect(relay.watches).toBe(0);
  });

  test('whose events nobody takes hold a bounded number of them, and lose no change', async () => {
    const watch = await client.watch('/w');
    const paths = Array.from({ length: 3 * WAITING_MAX }, (_, i) => `/w/${i}`);
    await Promise.all(paths.map((path) => client.write(path, '')));
    await client.write('/w/last', '');
    const told: string[] = [];
    for await (const { path } of watch) {
      told.push(path);
      if (path === '/w/last') break;
    }
    expect(told.length).toBeLessThanOrEqual(WAITING_MAX);
    expect(told[0]).toBe('/w');
  });

  test.each(['/not a path', '/a\0b', '//'])('on %j are refused and forgotten', async (path) => {
    await expect(client.watch(path)).rejects.toMatchObject({ code: 'EINVAL', path });
    const take = taking(await client.watch('/w'));
    expect(await take()).toBe('/w');
  });
});

test('an event that comes before the reply to its WATCH is not lost', async () => {
  const [near, far] = duplexPair();
  const client = new XenStoreClient(near);
  far.once('data', (chunk: Buffer) => {
    const decoder = new FrameDecoder();
    decoder.feed(chunk);
    const request = decoder.next();
    const answer = { requestId: request?.requestId ?? 0, transactionId: 0 };
    far.write(
      encodeFrames([
        { type: MessageType.WATCH_EVENT, requestId: 0, transactionId: 0, payload: '/w\0nobody\0' },
        {
          type: MessageType.WATCH_EVENT,
          requestId: 0,
          transactionId: 0,
          payload: request?.payload ?? '',
        },
        { type: MessageType.WATCH, ...answer, payload: 'OK\0' },
      ]),
    );
  });
  expect(await taking(await client.watch('/w'))()).toBe('/w');
  await client.close();
});

describe('a queue of events', () => {
  test('becomes one event of the watch itself when it grows too long, and goes on from there', async () => {
    const queue = new WatchQueue('/w', '1');
    for (let i = 0; i <= WAITING_MAX; i++) queue.push(`/w/${i}`);
    queue.push('/w/more');
    queue.end();
    expect((await queue.next()).value).toEqual({ path: '/w', token: '1' });
    expect((await queue.next()).value).toEqual({ path: '/w/more', token: '1' });
    expect((await queue.next()).done).toBe(true);
  });

  test('is not too long while it has room', async () => {
    const queue = new WatchQueue('/w', '1');
    for (let i = 0; i < WAITING_MAX; i++) queue.push(`/w/${i}`);
    for (let i = 0; i < WAITING_MAX; i++) queue.push(`/w/${i}`);
    expect((await queue.next()).value).toEqual({ path: '/w/0', token: '1' });
  });
});
