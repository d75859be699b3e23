import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  encodeFrames,
  type Frame,
  FrameDecoder,
  HEADER_BYTES,
  PAYLOAD_MAX,
} from '../../src/xenstore/wire.js';

const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const outgoing = fc.record({
  type: u32,
  requestId: u32,
  transactionId: u32,
  payload: fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.uint8Array({ minLength: PAYLOAD_MAX - 3, maxLength: PAYLOAD_MAX }),
  ),
});

type Plain = Pick<Frame, 'type' | 'requestId' | 'transactionId'> & { readonly payload: Uint8Array };

function plain({ type, requestId, transactionId, payload }: Plain) {
  return { type, requestId, transactionId, payload: [...payload] };
}

test('frames come out as they went in, however the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(outgoing, { maxLength: 12 }), fc.array(fc.nat(9000)), (frames, cuts) => {
      const bytes = encodeFrames(frames);
      const places = [...new Set([...cuts.filter((cut) => cut < bytes.length), bytes.length])];
      places.sort((a, b) => a - b);
      const decoder = new FrameDecoder();
      const decoded: Frame[] = [];
      let from = 0;
      for (const to of places) {
        decoder.feed(Buffer.from(bytes.subarray(from, to)));
        from = to;
        // Sometimes several chunks wait before anybody asks.
        if (to % 3 === 0) continue;
        for (let frame = decoder.next(); frame; frame = decoder.next()) decoded.push(frame);
      }
      for (let frame = decoder.next(); frame; frame = decoder.next()) decoded.push(frame);
      expect(decoded.map(plain)).toEqual(frames.map(plain));
    }),
  );
});

test('frames come out of single bytes', () => {
  const frames = [
    { type: 1, requestId: 2, transactionId: 3, payload: Buffer.from('/a\0') },
    { type: 4, requestId: 5, transactionId: 6, payload: Buffer.alloc(0) },
  ];
  const decoder = new FrameDecoder();
  const decoded: Frame[] = [];
  for (const byte of encodeFrames(frames)) {
    decoder.feed(Buffer.of(byte));
    const frame = decoder.next();
    if (frame !== undefined) decoded.push(frame);
  }
  expect(decoded.map(plain)).toEqual(frames.map(plain));
});

test('what was not read is kept when the caller wants its bytes back', () => {
  const frames = ['one', 'two', 'three'].map((text, type) => ({
    type,
    requestId: 0,
    transactionId: 0,
    payload: Buffer.from(text),
  }));
  const bytes = encodeFrames(frames);
  fc.assert(
    fc.property(fc.nat(bytes.length), fc.nat(bytes.length), (one, two) => {
      const decoder = new FrameDecoder();
      const decoded: string[] = [];
      const shared = Buffer.alloc(bytes.length);
      const cuts = [0, Math.min(one, two), Math.max(one, two), bytes.length];
      for (let index = 1; index < cuts.length; index++) {
        const length = bytes.copy(shared, 0, cuts[index - 1], cuts[index]);
        decoder.feed(shared.subarray(0, length));
        // One frame at most is read before the bytes are overwritten.
        const frame = decoder.next();
        if (frame !== undefined) decoded.push(frame.payload.toString());
        decoder.keepRest();
        shared.fill(0xff);
      }
      for (let frame = decoder.next(); frame; frame = decoder.next()) {
        decoded.push(frame.payload.toString());
      }
      expect(decoded).toEqual(['one', 'two', 'three']);
    }),
  );
});

test('a string payload is one byte for each character', () => {
  const decoder = new FrameDecoder();
  decoder.feed(encodeFrames([{ type: 2, requestId: 0, transactionId: 0, payload: 'ÿ\0é' }]));
  expect([...(decoder.next()?.payload ?? [])]).toEqual([0xff, 0, 0xe9]);
});

test('too long a payload is refused at its header, after the frames before it', () => {
  const good = encodeFrames([{ type: 2, requestId: 9, transactionId: 0, payload: 'x' }]);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(PAYLOAD_MAX + 1, 12);
  const decoder = new FrameDecoder();
  decoder.feed(Buffer.concat([good, header]));
  expect(decoder.next()?.requestId).toBe(9);
  expect(() => decoder.next()).toThrowError(expect.objectContaining({ code: 'EPROTO' }));
});
