import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PrecopyDecision, PrecopyRound } from '../../src/hypervisor/hypervisor.js';
import { Transfer } from '../../src/migration/transfer.js';
import { type Domid, kib } from '../../src/model/index.js';
import { TestGround } from '../daemon/helpers/embedded.js';

let ground: TestGround;
let source: Domid;
let destination: Domid;
let cancel: AbortController;
beforeEach(async () => {
  ground = await TestGround.start();
  source = await ground.domain('web', 'extra = "dirty_rate=3000 working_set=2"');
  cancel = new AbortController();
});
afterEach(() => ground.close());

interface Options {
  readonly bandwidthKib?: number;
  readonly decide?: (round: PrecopyRound) => PrecopyDecision;
}

async function transfer({ bandwidthKib, decide = () => 'stop-and-copy' }: Options = {}) {
  const info = await ground.hypervisor.domain(source);
  if (info === undefined) throw new Error('the source is gone');
  const { uuid, type } = info;
  destination = await ground.hypervisor.createDomain({ uuid, type, maxVcpus: 1 });
  const size = kib(8192);
  const ports = await ground.hypervisor.prepareDomain(destination, {
    maxVcpus: 1,
    vcpus: 1,
    memoryKib: size,
    maxMemoryKib: size,
  });
  const { hypervisor } = ground;
  const { signal } = cancel;
  const onProgress = () => undefined;
  return new Transfer({
    hypervisor,
    source,
    destination,
    ports,
    bandwidthKib,
    signal,
    decide,
    onProgress,
  });
}

async function isStillRunning(): Promise<void> {
  const info = await ground.hypervisor.domain(source);
  expect([info?.paused, info?.shutdown, info?.dying]).toEqual([false, undefined, false]);
}

test('what arrives is what was there when the guest stopped', async () => {
  const rounds: PrecopyRound[] = [];
  const sent = await transfer({
    decide(round) {
      rounds.push(round);
      return rounds.length < 3 ? 'continue' : 'stop-and-copy';
    },
  });
  await sent.readyToSuspend;
  await isStillRunning();
  await ground.hypervisor.shutdownDomain(source, 'suspend');
  sent.confirmSuspended();
  const { saved, rings } = await sent.arrived;
  expect(rounds.map(({ round }) => round)).toEqual([0, 1, 2]);
  expect(saved.rounds).toBe(4);
  const live = rounds.reduce((sum, { sentPages }) => sum + sentPages, 0);
  expect(saved.sentPages).toBeGreaterThanOrEqual(live);
  expect(rings.storeFrame).not.toBe(rings.consoleFrame);
  const digest = await ground.hypervisor.memoryDigest(source);
  expect(digest).toBeDefined();
  expect(await ground.hypervisor.memoryDigest(destination)).toBe(digest);
});

test('it may be given up in pre-copy, on a slow link too, and the guest runs on', async () => {
  const sent = await transfer({ bandwidthKib: 1 });
  const ready = expect(sent.readyToSuspend).rejects.toThrow('enough');
  await sent.abandon(new Error('enough'));
  await ready;
  await expect(sent.arrived).rejects.toThrow('enough');
  await isStillRunning();
});

test('it may be given up while it waits for the guest to be suspended', async () => {
  const sent = await transfer();
  await sent.readyToSuspend;
  await sent.abandon(new Error('enough'));
  await expect(sent.arrived).rejects.toThrow('enough');
  await isStillRunning();
});

test('it ends when the operation is cancelled', async () => {
  const sent = await transfer({ bandwidthKib: 1 });
  cancel.abort(new Error('cancelled'));
  await expect(sent.readyToSuspend).rejects.toThrow('cancelled');
  await isStillRunning();
});

test('it never begins when the operation was cancelled before', async () => {
  cancel.abort(new Error('cancelled'));
  const sent = await transfer();
  await expect(sent.readyToSuspend).rejects.toThrow('cancelled');
  await sent.abandon(new Error('enough'));
  await isStillRunning();
});

test('a decision to abort ends it on both sides', async () => {
  const sent = await transfer({ decide: () => 'abort' });
  await expect(sent.arrived).rejects.toMatchObject({ code: 'cancelled' });
  await sent.abandon(new Error('enough'));
  await isStillRunning();
});

test('a destination that dies ends it, and the guest runs on', async () => {
  const sent = await transfer({ decide: () => 'continue' });
  const failed = expect(sent.arrived).rejects.toMatchObject({ code: 'ESRCH' });
  await ground.hypervisor.destroyDomain(destination);
  await failed;
  await expect(sent.readyToSuspend).rejects.toThrow();
  await sent.abandon(new Error('enough'));
  await isStillRunning();
});

test('a source that dies ends it', async () => {
  const sent = await transfer({ decide: () => 'continue' });
  const failed = expect(sent.arrived).rejects.toMatchObject({ code: 'ESRCH' });
  await ground.hypervisor.destroyDomain(source);
  await failed;
  await sent.abandon(new Error('enough'));
});
