import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  readConsole,
  readConsoleInput,
  writeConsole,
  writeConsoleInput,
} from '../../src/machine/console-ring.js';
import { GuestMemory } from '../../src/machine/guest-memory.js';

const FRAME = 2;
const OUT_SIZE = 2048;
const CONSUMED_AT = 3080;

function setIndices(memory: GuestMemory, consumed: number, produced: number): void {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(consumed, 0);
  bytes.writeUInt32LE(produced, 4);
  memory.write(FRAME, CONSUMED_AT, bytes);
}

const index = fc.oneof(
  fc.integer({ min: 0, max: 0xffff_ffff }),
  fc.constantFrom(0, 1, OUT_SIZE - 1, OUT_SIZE, OUT_SIZE + 1, 0xffff_f800, 0xffff_ffff),
);

describe('the console ring', () => {
  test('gives back what was written, in whatever pieces, from wherever its indices stand', () => {
    const step = fc.oneof(
      fc.record({ write: fc.uint8Array({ maxLength: 3000 }) }),
      fc.record({ read: fc.constant(true) }),
    );
    fc.assert(
      fc.property(index, fc.array(step), (start, steps) => {
        const memory = new GuestMemory(4);
        setIndices(memory, start, start);
        const written: Uint8Array[] = [];
        const read: Buffer[] = [];
        let held = 0;
        for (const one of steps) {
          if ('write' in one) {
            const count = writeConsole(memory, FRAME, one.write);
            expect(count).toBe(Math.min(one.write.length, OUT_SIZE - held));
            written.push(one.write.subarray(0, count));
            held += count;
          } else {
            read.push(readConsole(memory, FRAME));
            held = 0;
          }
        }
        read.push(readConsole(memory, FRAME));
        expect(Buffer.concat(read).equals(Buffer.concat(written))).toBe(true);
        expect(readConsole(memory, FRAME)).toHaveLength(0);
      }),
    );
  });

  test('is emptied where its indices make no sense, and works from then on', () => {
    fc.assert(
      fc.property(index, index, (consumed, produced) => {
        const memory = new GuestMemory(4);
        setIndices(memory, consumed, produced);
        const unread = (produced - consumed) >>> 0;
        expect(readConsole(memory, FRAME)).toHaveLength(unread <= OUT_SIZE ? unread : 0);
        expect(writeConsole(memory, FRAME, Buffer.from('hello'))).toBe(5);
        expect(readConsole(memory, FRAME).toString()).toBe('hello');
      }),
    );
  });

  test('takes nothing from a guest whose back end claims nonsense', () => {
    const memory = new GuestMemory(4);
    setIndices(memory, 10_000, 5);
    const before = Buffer.from(memory.read(FRAME));
    expect(writeConsole(memory, FRAME, Buffer.from('hello'))).toBe(0);
    expect(memory.read(FRAME).equals(before)).toBe(true);
  });

  test('is not written to where there is nothing to read', () => {
    const memory = new GuestMemory(4);
    readConsole(memory, FRAME);
    expect(memory.populated().count).toBe(0);
  });

  test('carries both ways at once, and neither disturbs the other', () => {
    const bytes = fc.uint8Array({ maxLength: 1500 });
    fc.assert(
      fc.property(fc.array(fc.tuple(bytes, bytes)), (rounds) => {
        const memory = new GuestMemory(4);
        for (const [printed, typed] of rounds) {
          expect(writeConsole(memory, FRAME, printed)).toBe(Math.min(printed.length, OUT_SIZE));
          expect(writeConsoleInput(memory, FRAME, typed)).toBe(Math.min(typed.length, 1024));
          expect(readConsole(memory, FRAME).equals(printed.subarray(0, OUT_SIZE))).toBe(true);
          expect(readConsoleInput(memory, FRAME).equals(typed.subarray(0, 1024))).toBe(true);
        }
      }),
    );
  });
});
