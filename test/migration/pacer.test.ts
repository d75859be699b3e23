import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Pacer } from '../../src/migration/pacer.js';

const KIB = Buffer.alloc(1024);

test('what goes in comes out, whatever the pieces', async () => {
  const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 2000 }), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(pieces, fc.option(fc.constant(1e9), { nil: undefined }), async (all, rate) => {
      const out = await buffer(Readable.from(all).pipe(new Pacer(rate)));
      expect(out.equals(Buffer.concat(all))).toBe(true);
    }),
  );
});

describe('at a given rate', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  async function settle(): Promise<void> {
    for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
  }

  test('bytes come no sooner than they may', async () => {
    const pacer = new Pacer(10);
    let bytes = 0;
    pacer.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    for (let count = 0; count < 3; count += 1) pacer.write(KIB);
    await settle();
    const seen = [bytes];
    for (const ms of [99, 1, 99, 1, 100]) {
      vi.advanceTimersByTime(ms);
      await settle();
      seen.push(bytes);
    }
    expect(seen).toEqual([0, 0, 1024, 1024, 2048, 3072]);
  });

  test('who writes is told to wait until a batch of pages has gone', async () => {
    const pacer = new Pacer(1024);
    pacer.resume();
    let hasRoom = pacer.write(Buffer.alloc(512 * 1024));
    expect(hasRoom).toBe(false);
    pacer.once('drain', () => {
      hasRoom = true;
    });
    vi.advanceTimersByTime(499);
    await settle();
    expect(hasRoom).toBe(false);
    vi.advanceTimersByTime(1);
    await settle();
    expect(hasRoom).toBe(true);
  });

  test('a pause gives no credit for later', async () => {
    const pacer = new Pacer(10);
    const chunks: number[] = [];
    pacer.on('data', (chunk: Buffer) => chunks.push(chunk.length));
    vi.advanceTimersByTime(60_000);
    pacer.write(KIB);
    await settle();
    expect(chunks).toEqual([]);
    vi.advanceTimersByTime(100);
    await settle();
    expect(chunks).toEqual([1024]);
  });

  test('destroyed while it waits, it lets go of its timer', () => {
    const pacer = new Pacer(1);
    pacer.resume();
    pacer.write(KIB);
    expect(vi.getTimerCount()).toBe(1);
    pacer.destroy();
    expect(vi.getTimerCount()).toBe(0);
  });
});
