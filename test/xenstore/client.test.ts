import { once } from 'node:events';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type WatchEvent, XenStoreClient } from '../../src/xenstore/client.js';
import { isXenStoreError, XenStoreError } from '../../src/xenstore/errors.js';
import { parsePermissions } from '../../src/xenstore/permissions.js';
import { encodeFrames, FrameDecoder } from '../../src/xenstore/wire.js';
import { duplexPair } from '../../src/xenstored/duplex-pair.js';
import { temporaryDirectory } from '../xenstored/helpers/daemon.js';
import { daemons, type RunningDaemon } from './helpers/daemons.js';

describe.each(daemons)('the client of $name', (kind) => {
  let daemon: RunningDaemon;
  let client: XenStoreClient;
  beforeEach(async () => {
    daemon = await kind.start();
    client = await XenStoreClient.connect(daemon.socketPath);
  });
  afterEach(async () => {
    await client.close();
    await daemon.remove();
  });

  describe('requests', () => {
    test('what is missing is undefined, false, or ENOENT with the path', async () => {
      expect(await client.maybeRead('/none')).toBeUndefined();
      expect(await client.maybeList('/none')).toBeUndefined();
      expect(await client.exists('/none')).toBe(false);
      await expect(client.read('/none')).rejects.toThrowError(/read \/none: no such node.*ENOENT/);
      await expect(client.read('/none')).rejects.toMatchObject({ code: 'ENOENT', path: '/none' });
    });

    test('maybeRead hides ENOENT and nothing else', async () => {
      await expect(client.maybeRead('/not a path')).rejects.toMatchObject({ code: 'EINVAL' });
      await expect(client.exists('/not a path')).rejects.toMatchObject({ code: 'EINVAL' });
      await expect(client.maybeRead('/a\0b')).rejects.toMatchObject({ code: 'EINVAL' });
    });

    test('requests are answered in order though none was awaited', async () => {
      const answers = await Promise.all([
        client.write('/x', '1'),
        client.readText('/x'),
        client.write('/x', '2'),
        client.readText('/x'),
        client.remove('/x'),
        client.exists('/x'),
      ]);
      expect(answers).toEqual([undefined, '1', undefined, '2', undefined, false]);
    });

    test('a listing longer than a message comes in parts', async () => {
      const names = Array.from({ length: 1000 }, (_, i) => `name-${i}`);
      await Promise.all(names.map((name) => client.write(`/long/${name}`, '')));
      if (kind.order === 'sorted') names.sort();
      expect(await client.list('/long')).toEqual(names);
      expect(await client.transaction((tx) => tx.list('/long'))).toEqual(names);
    });

    test('what does not fit a message is E2BIG and is not sent', async () => {
      await expect(client.write('/x', 'x'.repeat(4094))).rejects.toMatchObject({ code: 'E2BIG' });
      await client.write('/x', 'x'.repeat(kind.valueMax));
      expect(await client.readText('/x')).toHaveLength(kind.valueMax);
    });

    test('permissions', async () => {
      await daemon.addDomain(1);
      await client.mkdir('/p');
      await client.setPermissions('/p', parsePermissions('b1,r2'));
      expect(await client.getPermissions('/p')).toEqual(parsePermissions('b1,r2'));
    });

    test('domains', async () => {
      expect(await client.domainPath(7)).toBe('/local/domain/7');
      await Promise.all([daemon.addDomain(7), daemon.addDomain(8)]);
      await client.introduce(7, 0x1_0000_0000n, 3);
      await client.introduce(8, 1n, 3);
      expect(await client.isIntroduced(7)).toBe(true);
      await client.setTarget(7, 8);
      await client.resume(7);
      await client.release(7);
      expect(await client.isIntroduced(7)).toBe(false);
      await expect(client.release(9)).rejects.toThrowError(
        `release domain 9: ${kind.unknownDomain === 'ENOENT' ? 'no such' : 'invalid'}`,
      );
    });
  });

  describe('transactions', () => {
    test('commit what the body wrote and return what it returned', async () => {
      const result = await client.transaction(async (tx) => {
        await Promise.all([tx.write('/t/a', '1'), tx.write('/t/b', '2')]);
        expect(await client.exists('/t')).toBe(false);
        return 'done';
      });
      expect(result).toBe('done');
      expect(await client.list('/t')).toEqual(['a', 'b']);
    });

    test('leave nothing when the body throws', async () => {
      const failing = client.transaction(async (tx) => {
        await tx.write('/t/a', '1');
        throw new RangeError('changed my mind');
      });
      await expect(failing).rejects.toThrow(RangeError);
      expect(await client.exists('/t')).toBe(false);
    });

    test('run again on a collision, all of the body', async () => {
      await client.write('/n', '0');
      const increments = Array.from({ length: 20 }, () =>
        client.transaction(async (tx) => {
          const value = Number(await tx.readText('/n'));
          await tx.write('/n', String(value + 1));
        }),
      );
      await Promise.all(increments);
      expect(await client.readText('/n')).toBe('20');
    });

    test('give up after so many collisions', async () => {
      await client.write('/n', '0');
      let runs = 0;
      const hopeless = client.transaction(
        async (tx) => {
          runs += 1;
          await tx.readText('/n');
          await client.write('/n', String(runs));
          await tx.write('/m', '');
        },
        { attempts: 3 },
      );
      await expect(hopeless).rejects.toThrowError(/given up after 3 attempts.*EAGAIN/);
      expect(runs).toBe(3);
    });

    test('do not run again for an EAGAIN that is not of their commit', async () => {
      let runs = 0;
      const failing = client.transaction(async () => {
        runs += 1;
        throw new XenStoreError('EAGAIN', 'something else');
      });
      await expect(failing).rejects.toThrowError(/something else.*EAGAIN/);
      expect(runs).toBe(1);
    });

    test('of many that create domains at the same time all get through', async () => {
      const connections = Array.from({ length: 200 }, () =>
        XenStoreClient.connect(daemon.socketPath),
      );
      const clients = await Promise.all(connections);
      const writers = clients.slice(0, 16).map(async (writer, w) => {
        for (let domid = 100 * w; domid < 100 * w + 5; domid++) {
          await writer.transaction(async (tx) => {
            const keys = Array.from({ length: 35 }, (_, k) => `/made/${domid}/${k % 7}/${k}`);
            await Promise.all(keys.map((key) => tx.write(key, 'x')));
          });
        }
      });
      await Promise.all(writers);
      expect(await client.list('/made')).toHaveLength(16 * 5);
      await Promise.all(clients.map((each) => each.close()));
    });

    test('cannot be used once they are over', async () => {
      const leaked = await client.transaction(async (tx) => tx);
      await expect(leaked.write('/late', '')).rejects.toThrowError(/transaction that is over/);
    });
  });

  describe('waitFor', () => {
    const is = (wanted: string) => (value: string | undefined) =>
      value === wanted ? wanted : undefined;

    test('resolves at once with what is there', async () => {
      await client.write('/state', '4');
      expect(await client.waitFor('/state', is('4'), { timeoutMs: 5000 })).toBe('4');
    });

    test('waits for the value to come', async () => {
      const waiting = client.waitFor('/state', is('4'), { timeoutMs: 5000 });
      for (const state of ['1', '2', '3', '4']) await client.write('/state', state);
      expect(await waiting).toBe('4');
    });

    test('can wait for a node to go', async () => {
      await client.write('/state', '6');
      const gone = client.waitFor('/state', (value) => (value === undefined ? 'gone' : undefined), {
        timeoutMs: 5000,
      });
      await client.remove('/state');
      expect(await gone).toBe('gone');
    });

    test('is ETIMEDOUT after its time, and says what it waited for', async () => {
      await expect(client.waitFor('/never', is('4'), { timeoutMs: 20 })).rejects.toThrowError(
        /wait for \/never for 20 ms.*ETIMEDOUT/,
      );
    });

    test('is ECANCELED when it is called off, before or while', async () => {
      const controller = new AbortController();
      const waiting = client.waitFor('/never', is('4'), {
        timeoutMs: 60_000,
        signal: controller.signal,
      });
      controller.abort();
      await expect(waiting).rejects.toMatchObject({ code: 'ECANCELED' });
      const late = client.waitFor('/never', is('4'), {
        timeoutMs: 60_000,
        signal: controller.signal,
      });
      await expect(late).rejects.toMatchObject({ code: 'ECANCELED' });
    });

    test('throws what the check throws', async () => {
      const failing = client.waitFor(
        '/state',
        () => {
          throw new RangeError('6 is too far');
        },
        { timeoutMs: 5000 },
      );
      await expect(failing).rejects.toThrow(RangeError);
    });
  });

  describe('a lost connection', () => {
    test('fails every pending call and every later one, and ends watches', async () => {
      const watch = await client.watch('/w');
      const events = watch[Symbol.asyncIterator]();
      await next(events);
      const waiting = [client.read('/never'), events.next()];
      const settled = Promise.allSettled([...waiting, client.transaction((tx) => tx.read('/x'))]);
      await daemon.kill();
      await client.closed;
      for (const outcome of await settled) {
        expect(outcome.status === 'rejected' && isXenStoreError(outcome.reason)).toBe(true);
      }
      await expect(client.write('/x', '')).rejects.toMatchObject({ code: 'ECONNRESET' });
      await watch.close();
    });

    test('close() fails what is pending and resolves `closed`', async () => {
      const pending = expect(client.read('/tool')).rejects.toThrowError(
        /read \/tool: the connection was closed on our side/,
      );
      await client.close();
      await pending;
      await client.closed;
    });

    test('a transport that was closed before is noticed', async () => {
      const socket = createConnection(daemon.socketPath);
      await once(socket, 'connect');
      socket.destroy();
      await once(socket, 'close');
      const late = new XenStoreClient(socket);
      await late.closed;
      await expect(late.read('/x')).rejects.toMatchObject({ code: 'ECONNRESET' });
    });
  });
});

test('requests of one tick are one write', async () => {
  const transport = new PassThrough();
  const writes: Buffer[] = [];
  transport.write = (chunk: Buffer) => writes.push(chunk) > 0;
  const pipelined = new XenStoreClient(transport);
  const answers = [1, 2, 3].map((value) => pipelined.write('/x', `${value}`));
  await new Promise((resolve) => setImmediate(resolve));
  expect(writes).toHaveLength(1);
  await pipelined.close();
  expect((await Promise.allSettled(answers)).map(({ status }) => status)).toEqual(
    Array(3).fill('rejected'),
  );
});

test('a daemon that sends nonsense is EPROTO', async () => {
  const [near, far] = duplexPair();
  const confused = new XenStoreClient(near);
  far.once('data', (chunk: Buffer) => {
    const decoder = new FrameDecoder();
    decoder.feed(chunk);
    const requestId = decoder.next()?.requestId ?? 0;
    far.write(encodeFrames([{ type: 2, requestId: requestId + 1, transactionId: 0, payload: '' }]));
  });
  await expect(confused.read('/x')).rejects.toMatchObject({ code: 'EPROTO' });
  await confused.closed;
});

test('where nothing listens it is ECONNREFUSED', async () => {
  const directory = temporaryDirectory();
  const nowhere = join(directory.path, 'nothing');
  await expect(XenStoreClient.connect(nowhere)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await expect(XenStoreClient.connect(nowhere)).rejects.toThrowError(XenStoreError);
  directory.remove();
});

async function next(events: AsyncIterator<WatchEvent>): Promise<string> {
  return (await events.next()).value.path;
}
