import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Domid, XenbusState } from '../../../src/model/index.js';
import { isXenStoreError } from '../../../src/xenstore/errors.js';
import {
  awaitGone,
  awaitState,
  backPath,
  connectRings,
  DISK,
  destroyGuest,
  frontPath,
  NIC,
  prepareDomain,
  startGuest,
  writeTree,
} from '../helpers/guest.js';
import { startMachine, type TestMachine } from '../helpers/machine.js';

let ground: TestMachine;
let neighbour: Domid;

beforeEach(async () => {
  ground = await startMachine();
  neighbour = await startGuest(ground, { devices: [DISK, NIC] });
  await awaitState(ground.store, frontPath(neighbour, DISK), XenbusState.connected);
  await awaitState(ground.store, frontPath(neighbour, NIC), XenbusState.connected);
});
afterEach(() => ground.close());

/** A domain whose program is this test: nothing but what is written here happens in it. */
async function startHostile(): Promise<Domid> {
  return startGuest(ground, { devices: [DISK, NIC], paused: true });
}

async function expectNeighbourUndisturbed(): Promise<void> {
  for (const device of [DISK, NIC]) {
    expect(await ground.store.readText(`${frontPath(neighbour, device)}/state`)).toBe('4');
    expect(await ground.store.readText(`${backPath(neighbour, device)}/state`)).toBe('4');
  }
  const another = await startGuest(ground, { devices: [DISK, NIC] });
  await awaitState(ground.store, frontPath(another, DISK), XenbusState.connected);
  await destroyGuest(ground, another);
}

async function publish(domid: Domid, nodes: Record<string, string>): Promise<void> {
  const front = frontPath(domid, DISK);
  await ground.store.transaction(async (tx) => {
    for (const [node, value] of Object.entries(nodes)) await tx.write(`${front}/${node}`, value);
  });
}

test.each([
  ['no ring at all', {}],
  ['no event channel', { 'ring-ref': '8' }],
  ['words for numbers', { 'ring-ref': 'eight', 'event-channel': 'three' }],
  ['a grant that was not given', { 'ring-ref': '4294967295', 'event-channel': '3' }],
  ['a negative grant', { 'ring-ref': '-1', 'event-channel': '3' }],
  ['a port of the store', { 'ring-ref': '8', 'event-channel': '1' }],
  ['numbers without end', { 'ring-ref': '9'.repeat(2000), 'event-channel': '9'.repeat(2000) }],
  ['bytes that are no text', { 'ring-ref': '\u0001\u0002\u00ff', 'event-channel': '\u0000' }],
])('%s: the device is closed, with a word on why', async (_what, nodes) => {
  const domid = await startHostile();
  await awaitState(ground.store, backPath(domid, DISK), XenbusState.initWait);
  await publish(domid, { ...nodes, state: '3' });
  const back = backPath(domid, DISK);
  await awaitState(ground.store, back, XenbusState.closing);
  expect(await ground.store.readText(`${back}/error`)).not.toBe('');
  expect(await ground.store.readText(`${backPath(domid, NIC)}/state`)).toBe('2');
  await expectNeighbourUndisturbed();

  await publish(domid, { state: '6' });
  await awaitState(ground.store, back, XenbusState.closed);
});

test('a front end that stays closing does not keep its back end busy', async () => {
  const { store } = ground;
  const domid = await startHostile();
  const back = backPath(domid, DISK);
  await awaitState(store, back, XenbusState.initWait);
  await publish(domid, { state: '5' });
  await awaitState(store, back, XenbusState.closing);
  // What the back end does in answer comes before the answers to these.
  const watch = await store.watch(`${back}/state`);
  let events = 0;
  const counting = (async () => {
    for await (const _ of watch) events += 1;
  })();
  for (let round = 0; round < 50; round += 1) await store.read(`${back}/state`);
  await watch.close();
  await counting;
  expect(events).toBeLessThanOrEqual(2);
});

test('whatever a front end writes, in whatever order, hurts nobody else', async () => {
  const word = fc.oneof(
    fc.constantFrom('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '', '-1', '8', '9', '10'),
    fc.string({ maxLength: 20 }).filter((text) => !text.includes('\0')),
    fc.constant('x'.repeat(3000)),
  );
  const act = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        node: fc.constantFrom('state', 'ring-ref', 'event-channel', 'backend', 'tx-ring-ref'),
        device: fc.constantFrom(DISK, NIC),
        value: word,
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        node: fc.constantFrom('', '/state', '/ring-ref'),
        device: fc.constantFrom(DISK, NIC),
        value: fc.constant(undefined),
      }),
    },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 30 }), async (acts) => {
      const domid = await startHostile();
      for (const { node, device, value } of acts) {
        const front = frontPath(domid, device);
        const done =
          value === undefined
            ? ground.store.remove(`${front}${node}`)
            : ground.store.write(`${front}/${node}`, value);
        await done.catch((error: unknown) => {
          if (!isXenStoreError(error)) throw error;
        });
      }
      await destroyGuest(ground, domid);
      await awaitGone(ground.hypervisor, domid);
    }),
    { numRuns: 40 },
  );
  await expectNeighbourUndisturbed();
});

test('a device whose frontend-id names another domain is refused', async () => {
  const { store } = ground;
  const { domid, ports } = await prepareDomain(ground.hypervisor);
  await writeTree(store, domid, [DISK]);
  expect(ports.consolePort).toBeGreaterThan(0);
  const back = backPath(domid, DISK);
  await awaitState(store, back, XenbusState.initWait);
  await store.transaction(async (tx) => {
    await tx.write(`${back}/frontend-id`, String(neighbour));
    await tx.write(`${back}/state`, '1');
  });
  await awaitState(store, back, XenbusState.closing);
  expect(await store.readText(`${back}/error`)).toContain('frontend-id');
  await expectNeighbourUndisturbed();
});

test('a domain that is introduced with rings of another is refused, and hurts nobody', async () => {
  const { hypervisor, store } = ground;
  const { domid, ports } = await prepareDomain(hypervisor);
  const rings = { storeFrame: 1n, consoleFrame: 2n };
  await expect(connectRings(store, domid, ports, rings)).rejects.toMatchObject({ code: 'EINVAL' });
  await expectNeighbourUndisturbed();
});
