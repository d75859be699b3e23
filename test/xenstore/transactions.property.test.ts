import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type StoreView, XenStoreClient } from '../../src/xenstore/client.js';
import { isXenStoreError } from '../../src/xenstore/errors.js';
import { temporaryDirectory } from '../xenstored/helpers/daemon.js';
import { daemons } from './helpers/daemons.js';
import { Relay } from './helpers/relay.js';

const COUNTERS = ['/c/0', '/c/1', '/c/2'] as const;
const RUNS = { numRuns: 25 };

/** A transaction that adds one to some counters, and how it goes about it. */
interface Increment {
  readonly counters: readonly string[];
  readonly atOnce: boolean;
  /** How many requests outside of transactions its client makes before it commits. */
  readonly idle: number;
}
const increment: fc.Arbitrary<Increment> = fc.record({
  counters: fc.subarray([...COUNTERS], { minLength: 1 }),
  atOnce: fc.boolean(),
  idle: fc.nat(3),
});
/** For each client its lanes: each runs its transactions one after another, all lanes at a time. */
const programs = fc.array(
  fc.array(fc.array(increment, { maxLength: 5 }), { minLength: 1, maxLength: 3 }),
  { minLength: 1, maxLength: 4 },
);

async function add(client: XenStoreClient, { counters, atOnce, idle }: Increment): Promise<void> {
  const addOne = async (tx: StoreView, path: string) => {
    await tx.write(path, String(Number(await tx.readText(path)) + 1));
  };
  await client.transaction(async (tx) => {
    if (atOnce) await Promise.all(counters.map((path) => addOne(tx, path)));
    else for (const path of counters) await addOne(tx, path);
    for (let i = 0; i < idle; i++) await client.exists('/');
  });
}

describe.each(daemons)('whatever the interleaving, on $name', ({ start }) => {
  test('no increment is lost or done twice', async () => {
    const daemon = await start();
    const judge = await XenStoreClient.connect(daemon.socketPath);
    await fc.assert(
      fc.asyncProperty(programs, async (lanesOfClients) => {
        for (const path of COUNTERS) await judge.write(path, '0');
        const expected = new Map(COUNTERS.map((path) => [path as string, 0]));
        const runLane = async (client: XenStoreClient, lane: readonly Increment[]) => {
          for (const step of lane) {
            await add(client, step);
            for (const path of step.counters) expected.set(path, (expected.get(path) ?? 0) + 1);
          }
        };
        await Promise.all(
          lanesOfClients.map(async (lanes) => {
            const client = await XenStoreClient.connect(daemon.socketPath);
            await Promise.all(lanes.map((lane) => runLane(client, lane)));
            await client.close();
          }),
        );
        for (const [path, count] of expected) expect(await judge.readText(path)).toBe(`${count}`);
      }),
      RUNS,
    );
    await judge.close();
    await daemon.remove();
  });

  test('and whenever the connection is lost, only those that say so may be missing', async () => {
    const daemon = await start();
    const judge = await XenStoreClient.connect(daemon.socketPath);
    const directory = temporaryDirectory();
    const relay = await new Relay(join(directory.path, 'relay'), daemon.socketPath).listen();
    const reconnect = { giveUpAfterMs: 60_000 };
    const losses = fc.array(fc.nat(30), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(programs, losses, async (lanesOfClients, requestsBetweenLosses) => {
        for (const path of COUNTERS) await judge.write(path, '0');
        let done = 0;
        let unknown = 0;
        const runLane = async (client: XenStoreClient, lane: readonly Increment[]) => {
          for (const step of lane) {
            try {
              await add(client, { ...step, counters: ['/c/0'] });
              done += 1;
            } catch (error) {
              if (!isXenStoreError(error, 'ECONNRESET')) throw error;
              expect(error.message).toMatch(/commit .* unknown/);
              unknown += 1;
            }
          }
        };
        const lose = async () => {
          for (const requests of requestsBetweenLosses) {
            for (let i = 0; i < requests; i++) await judge.exists('/');
            relay.blink();
          }
        };
        const run = async (lanes: readonly (readonly Increment[])[]) => {
          const client = await XenStoreClient.connect(relay.socketPath, { reconnect });
          await Promise.all(lanes.map((lane) => runLane(client, lane)));
          await client.close();
        };
        await Promise.all([lose(), ...lanesOfClients.map(run)]);
        const count = Number(await judge.readText('/c/0'));
        expect(count).toBeGreaterThanOrEqual(done);
        expect(count).toBeLessThanOrEqual(done + unknown);
      }),
      RUNS,
    );
    await judge.close();
    await relay.close();
    await daemon.remove();
    directory.remove();
  });
});
