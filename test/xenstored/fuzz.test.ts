import { once } from 'node:events';
import { createConnection } from 'node:net';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { encodeFrames, MessageType } from '../../src/xenstore/wire.js';
import { openStore, type TestStore } from './helpers/daemon.js';

let store: TestStore;
beforeEach(async () => {
  store = await openStore();
});
afterEach(async () => {
  await store.close();
});

const anyType = fc.oneof(
  fc.constantFrom(...Object.values(MessageType)),
  fc.integer({ min: 0, max: 0xffff_ffff }),
);
const text = fc.oneof(
  fc.constantFrom('/', '/a', '/a/b', 'rel', '@releaseDomain', '', '//', '0', '5', 'T', 'n0', 'b5'),
  fc.string({ unit: 'binary-ascii', maxLength: 30 }),
  fc.constant(`/${'x'.repeat(3000)}`),
);
const payload = fc.oneof(
  fc.array(text, { maxLength: 5 }).map((parts) => parts.map((part) => `${part}\0`).join('')),
  fc.array(text, { maxLength: 3 }).map((parts) => parts.join('\0')),
  fc.uint8Array({ maxLength: 200 }),
);
const frame = fc.record({
  type: anyType,
  requestId: fc.integer({ min: 0, max: 3 }),
  transactionId: fc.integer({ min: 0, max: 3 }),
  payload: payload.filter(({ length }) => length <= 4096),
});
/** Whole frames, then perhaps some that are cut off, or bytes that are no frame. */
const stream = fc.record({
  frames: fc.array(frame, { maxLength: 40 }),
  tail: fc.uint8Array({ maxLength: 40 }),
  cut: fc.nat(20),
  domid: fc.constantFrom(0, 5, 6),
});

test('no bytes bring the daemon down, or disturb others, or leave anything behind', async () => {
  const bystander = await store.connect();
  await bystander.write('/bystander', 'undisturbed');
  await fc.assert(
    fc.asyncProperty(fc.array(stream, { minLength: 1, maxLength: 4 }), async (streams) => {
      await Promise.all(
        streams.map(async ({ frames, tail, cut, domid }) => {
          const transport =
            domid === 0 ? createConnection(store.socketPath) : store.daemon.connectLocal(domid);
          const closed = once(transport, 'close');
          transport.on('error', () => transport.destroy());
          transport.resume();
          const bytes = Buffer.concat([encodeFrames(frames), tail]);
          transport.end(bytes.subarray(0, Math.max(0, bytes.length - cut)));
          await closed;
        }),
      );
      await bystander.write('/bystander', 'undisturbed');
      expect(await bystander.readText('/bystander')).toBe('undisturbed');
    }),
    { numRuns: 300 },
  );
  expect(await bystander.control('check')).toBe('OK');
  expect(await bystander.control('quota', '0')).toMatch(/watches +: +0\ntransactions +: +0\n/);
  expect(store.lines.filter(({ level }) => level === 'error')).toEqual([]);
});
