import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { XenStoreClient } from '../../src/xenstore/client.js';
import { MessageType } from '../../src/xenstore/wire.js';
import { duplexPair } from '../../src/xenstored/duplex-pair.js';
import { openStore, temporaryDirectory } from '../xenstored/helpers/daemon.js';
import { daemons, type RunningDaemon } from './helpers/daemons.js';
import { Relay } from './helpers/relay.js';
import { taking } from './helpers/taking.js';

const PATIENT = { reconnect: { giveUpAfterMs: 60_000 } };
const IMPATIENT = { reconnect: { giveUpAfterMs: 50 } };

describe.each(daemons)('a client that reconnects to $name', ({ start, durable }) => {
  let directory: ReturnType<typeof temporaryDirectory>;
  let daemon: RunningDaemon;
  let relay: Relay;
  let client: XenStoreClient;
  /** Sees what the daemon has, past the relay. */
  let witness: XenStoreClient;
  beforeEach(async () => {
    directory = temporaryDirectory();
    daemon = await start();
    relay = await new Relay(join(directory.path, 'relay'), daemon.socketPath).listen();
    client = await XenStoreClient.connect(relay.socketPath, PATIENT);
    witness = await XenStoreClient.connect(daemon.socketPath);
  });
  afterEach(async () => {
    await client.close();
    await witness.close();
    await relay.close();
    await daemon.remove();
    directory.remove();
  });

  /** Cuts the connection; resolves when the client has noticed. */
  async function cutAndNoticed(): Promise<void> {
    const sought = relay.connected();
    relay.cut();
    await sought;
  }

  async function written(path: string, value: string): Promise<void> {
    await witness.waitFor(path, (found) => (found === value ? found : undefined), {
      timeoutMs: 60_000,
    });
  }

  describe('requests', () => {
    test('that only read are asked again when the connection is lost', async () => {
      await client.write('/x/y', 'there');
      relay.dropReplies();
      const answers = Promise.all([
        client.readText('/x/y'),
        client.list('/x'),
        client.exists('/none'),
        client.getPermissions('/x'),
        client.isIntroduced(0),
        client.domainPath(7),
      ]);
      relay.blink();
      expect(await answers).toMatchObject(['there', ['y'], false, [{}], true, '/local/domain/7']);
    });

    test('that write reject though they were carried out, and say that nobody knows', async () => {
      relay.dropReplies();
      const writing = client.write('/x', '1');
      const outcome = expect(writing).rejects.toThrowError(
        /write \/x: .*whether it was carried out is unknown: .*ECONNRESET/,
      );
      await written('/x', '1');
      relay.blink();
      await outcome;
      await expect(writing).rejects.toMatchObject({ code: 'ECONNRESET', path: '/x' });
    });

    test('that write are not sent again: the caller decides', async () => {
      relay.dropRequests();
      const outcome = expect(client.write('/x', '1')).rejects.toMatchObject({ code: 'ECONNRESET' });
      relay.blink();
      await outcome;
      expect(await client.exists('/x')).toBe(false);
    });

    test('made between two connections wait for the next one, in order', async () => {
      await cutAndNoticed();
      const answers = Promise.all([
        client.write('/x', '1'),
        client.readText('/x'),
        client.transaction(async (tx) => tx.write('/x', '2')),
        client.remove('/none'),
      ]);
      relay.mend();
      expect(await answers).toEqual([undefined, '1', undefined, undefined]);
      expect(await client.readText('/x')).toBe('2');
    });

    test('that kill the daemon do not do so for ever', async () => {
      relay.when(MessageType.READ, () => relay.blink());
      await expect(client.read('/x')).rejects.toMatchObject({ code: 'ECONNRESET' });
      await client.list('/');
      expect(relay.connections).toBe(3);
    });
  });

  describe('transactions', () => {
    test('lost before their commit run again', async () => {
      let runs = 0;
      const result = await client.transaction(async (tx) => {
        runs += 1;
        await tx.write(`/t/${runs}`, '');
        if (runs === 1) relay.blink();
        await tx.mkdir('/t/end');
        return runs;
      });
      expect(result).toBe(2);
      expect(await client.list('/t')).toEqual(['2', 'end']);
    });

    test('run again even if the body thinks nothing of it', async () => {
      let runs = 0;
      await client.transaction(async (tx) => {
        runs += 1;
        if (runs === 1) relay.blink();
        await tx.write(`/t/${runs}`, '').catch(() => undefined);
      });
      expect(await client.list('/t')).toEqual(['2']);
    });

    test('never go on in a transaction of the next connection', async () => {
      const ran = client.transaction(
        async (tx) => {
          relay.blink();
          await tx.readText('/x').catch(() => undefined);
          // Another transaction now has the number that this one had.
          await client.transaction(async (other) => {
            await other.write('/other', '1');
            await expect(tx.write('/other', '2')).rejects.toMatchObject({ code: 'ECONNRESET' });
          });
          throw new RangeError('enough');
        },
        { attempts: 1 },
      );
      await expect(ran).rejects.toMatchObject({ code: 'ECONNRESET' });
      expect(await client.readText('/other')).toBe('1');
    });

    test('whose commit was under way are not run again: nobody knows', async () => {
      let runs = 0;
      const ran = client.transaction(async (tx) => {
        runs += 1;
        await tx.write('/t', '1');
        relay.dropReplies();
      });
      const outcome = expect(ran).rejects.toThrowError(
        /commit a transaction: .*whether it was carried out is unknown: .*ECONNRESET/,
      );
      await written('/t', '1');
      relay.blink();
      await outcome;
      expect(runs).toBe(1);
    });

    test('are given up after so many attempts', async () => {
      let runs = 0;
      const hopeless = client.transaction(
        async (tx) => {
          runs += 1;
          relay.blink();
          await tx.readText('/x');
        },
        { attempts: 3 },
      );
      await expect(hopeless).rejects.toThrowError(/given up after 3 attempts.*ECONNRESET/);
      expect(runs).toBe(3);
    });
  });

  describe('watches', () => {
    test('are registered again, and say so by an event of their own path', async () => {
      const [absolute, relative] = [await client.watch('/w'), await client.watch('w')];
      const [events, relativeEvents] = [taking(absolute), taking(relative)];
      expect([await events(), await relativeEvents()]).toEqual(['/w', 'w']);
      await cutAndNoticed();
      await witness.write('/w/missed', '');
      relay.mend();
      expect([await events(), await relativeEvents()]).toEqual(['/w', 'w']);
      await witness.write('/w/seen', '');
      await witness.write('/local/domain/0/w/seen', '');
      expect([await events(), await relativeEvents()]).toEqual(['/w/seen', 'w/seen']);
    });

    test('are registered again however many they are', async () => {
      const paths = Array.from({ length: 3000 }, (_, i) => `/many/${i}`);
      const watches = await Promise.all(paths.map((path) => client.watch(path)));
      const takers = watches.map(taking);
      await Promise.all(takers.map((take) => take()));
      relay.blink();
      const more = Promise.all(paths.map((path) => client.watch(path)));
      expect(await Promise.all(takers.map((take) => take()))).toEqual(paths);
      expect(await Promise.all((await more).map((watch) => taking(watch)()))).toEqual(paths);
      expect(relay.watches).toBe(6000);
    });

    test('that were being registered are', async () => {
      relay.dropReplies();
      const opening = client.watch('/w');
      relay.blink();
      expect(await taking(await opening)()).toBe('/w');
    });

    test('closed while there was no connection stay closed', async () => {
      const [kept, closed] = [await client.watch('/w'), await client.watch('/w')];
      const [events, closedEvents] = [taking(kept), taking(closed)];
      await Promise.all([events(), closedEvents()]);
      await cutAndNoticed();
      await closed.close();
      relay.mend();
      expect(await events()).toBe('/w');
      expect(await closedEvents()).toBeUndefined();
      expect(relay.watches).toBe(1);
    });

    test('closed while they are registered again are taken back', async () => {
      const [kept, closed] = [await client.watch('/w'), await client.watch('/w')];
      const [events, closedEvents] = [taking(kept), taking(closed)];
      await Promise.all([events(), closedEvents()]);
      const closing: Promise<void>[] = [];
      relay.when(MessageType.WATCH, () => closing.push(closed.close()));
      relay.blink();
      expect(await events()).toBe('/w');
      expect(await closedEvents()).toBeUndefined();
      await Promise.all(closing);
      await client.exists('/');
      expect(relay.watches).toBe(1);
    });

    test('outlive a daemon that dies while they are registered again', async () => {
      const events = taking(await client.watch('/w'));
      await events();
      let deaths = 0;
      relay.when(MessageType.WATCH, () => {
        deaths += 1;
        if (deaths <= 3) relay.blink();
      });
      relay.blink();
      expect(await events()).toBe('/w');
      await client.write('/w/x', '');
      expect(await events()).toBe('/w/x');
      relay.blink();
      expect(await events()).toBe('/w');
      // The first one, three that died, one that lived, and the present one.
      expect(relay.connections).toBe(6);
      expect(relay.watches).toBe(1);
    });

    test('of the special names, too', async () => {
      const watch = await client.watch('@releaseDomain');
      const events = taking(watch);
      expect(await events()).toBe('@releaseDomain');
      relay.blink();
      expect(await events()).toBe('@releaseDomain');
    });

    test('let waitFor go on waiting', async () => {
      const waiting = client.waitFor('/state', (value) => (value === '4' ? value : undefined), {
        timeoutMs: 60_000,
      });
      await client.write('/state', '1');
      await cutAndNoticed();
      await witness.write('/state', '4');
      relay.mend();
      expect(await waiting).toBe('4');
    });
  });

  describe('the end', () => {
    test('comes when the daemon stays away too long', async () => {
      await client.close();
      const impatient = await XenStoreClient.connect(relay.socketPath, IMPATIENT);
      const events = taking(await impatient.watch('/w'));
      await events();
      await cutAndNoticed();
      const waiting = impatient.write('/x', '1');
      await expect(waiting).rejects.toThrowError(/write \/x, which was not sent: .*ECONNRESET/);
      await impatient.closed;
      await expect(events()).rejects.toThrowError(/did not come back in 50 ms.*ECONNRESET/);
      await expect(impatient.read('/x')).rejects.toMatchObject({ code: 'ECONNRESET' });
      await expect(impatient.transaction((tx) => tx.read('/x'))).rejects.toMatchObject({
        code: 'ECONNRESET',
      });
    });

    test('comes when there is a daemon that does not answer', async () => {
      const impatient = await XenStoreClient.connect(relay.socketPath, IMPATIENT);
      relay.cut();
      relay.dropReplies();
      await impatient.closed;
      await expect(impatient.read('/x')).rejects.toMatchObject({ code: 'ECONNRESET' });
    });

    test('comes at once by close(), connected or not', async () => {
      await cutAndNoticed();
      const waiting = expect(client.read('/x')).rejects.toMatchObject({ code: 'ECONNRESET' });
      await client.close();
      await waiting;
      relay.mend();
      const another = await XenStoreClient.connect(relay.socketPath, PATIENT);
      await another.close();
      await another.closed;
      await expect(another.read('/x')).rejects.toMatchObject({ code: 'ECONNRESET' });
    });
  });

  test('finds a daemon that was killed and started again', async () => {
    const direct = await XenStoreClient.connect(daemon.socketPath, PATIENT);
    await direct.write('/w', 'kept');
    const events = taking(await direct.watch('/w'));
    await events();
    await daemon.kill();
    await daemon.restart();
    expect(await events()).toBe('/w');
    expect(await direct.maybeRead('/w')).toBe(durable ? 'kept' : undefined);
    await direct.close();
  });
});

test('a watch that the next connection refuses ends with the reason, and the others go on', async () => {
  const store = await openStore();
  const first = store.daemon.connectLocal(0);
  // A guest may have fewer watches than dom0.
  const dial = async () => store.daemon.connectLocal(5);
  const client = new XenStoreClient(first, { dial, ...PATIENT.reconnect });
  const watches = await Promise.all(Array.from({ length: 200 }, () => client.watch('w')));
  const takers = watches.map(taking);
  await Promise.all(takers.map((take) => take()));
  const again = Promise.allSettled(takers.map((take) => take()));
  first.destroy();
  const reasons = (await again).filter((outcome) => outcome.status === 'rejected');
  expect(reasons.length).toBeGreaterThan(0);
  expect(reasons.length).toBeLessThan(100);
  for (const { reason } of reasons) expect(reason).toMatchObject({ code: 'E2BIG', path: 'w' });
  await Promise.all(watches.map((watch) => watch.close()));
  await client.close();
  await store.close();
});

test('a daemon that speaks nonsense is not asked again', async () => {
  const [near, far] = duplexPair();
  let dialled = 0;
  const dial = async () => {
    dialled += 1;
    return near;
  };
  const client = new XenStoreClient(near, { dial, ...PATIENT.reconnect });
  far.write(Buffer.alloc(16, 0xff));
  await client.closed;
  await expect(client.read('/x')).rejects.toMatchObject({ code: 'EPROTO' });
  expect(dialled).toBe(0);
});

test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31])('%d ms is no limit', (ms) => {
  const [near] = duplexPair();
  const dial = () => Promise.resolve(near);
  expect(() => new XenStoreClient(near, { dial, giveUpAfterMs: ms })).toThrow(RangeError);
});
