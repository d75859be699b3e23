import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GuestMemory, PAGE_SIZE } from '../../src/machine/guest-memory.js';

const FRAMES = 1030;
const frame = fc.oneof(
  fc.integer({ min: 0, max: FRAMES - 1 }),
  fc.constantFrom(0, 1, 511, 512, FRAMES - 1),
);
const write = fc.record({
  frame,
  offset: fc.integer({ min: 0, max: PAGE_SIZE - 16 }),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 16 }),
});

/** What memory is: pages, found by their number. */
class Model {
  readonly pages = new Map<number, Buffer>();
  write(at: number, offset: number, bytes: Uint8Array): void {
    const page = this.pages.get(at) ?? Buffer.alloc(PAGE_SIZE);
    page.set(bytes, offset);
    this.pages.set(at, page);
  }
  equals(other: Model): boolean {
    const numbers = new Set([...this.pages.keys(), ...other.pages.keys()]);
    return [...numbers].every((at) => this.page(at).equals(other.page(at)));
  }
  page(at: number): Buffer {
    return this.pages.get(at) ?? Buffer.alloc(PAGE_SIZE);
  }
}

function indicesIn(bitmap: Buffer): number[] {
  return [...Array(FRAMES).keys()].filter((at) => ((bitmap[at >> 3] ?? 0) >> (at & 7)) & 1);
}

describe('guest memory', () => {
  test('reads as it was written, and zero where it never was', () => {
    fc.assert(
      fc.property(fc.array(write), frame, (writes, other) => {
        const memory = new GuestMemory(FRAMES);
        const model = new Model();
        for (const { frame: at, offset, bytes } of writes) {
          memory.write(at, offset, bytes);
          model.write(at, offset, bytes);
        }
        for (const at of [...model.pages.keys(), other]) {
          expect(memory.read(at).equals(model.page(at))).toBe(true);
        }
        expect(memory.populated().count).toBe(model.pages.size);
        expect(indicesIn(memory.populated().bitmap)).toEqual(
          [...model.pages.keys()].sort((a, b) => a - b),
        );
      }),
    );
  });

  test('has equal digests exactly where its contents are equal', () => {
    // Few frames, few values: both outcomes come up often.
    const small = fc.record({
      frame: fc.constantFrom(0, 512, 513),
      offset: fc.constantFrom(0, 1),
      bytes: fc.constantFrom(Buffer.from([0]), Buffer.from([1])),
    });
    const seen = { equal: 0, different: 0 };
    fc.assert(
      fc.property(fc.array(small, { maxLength: 6 }), fc.array(small, { maxLength: 6 }), (a, b) => {
        const [left, right] = [a, b].map((writes) => {
          const memory = new GuestMemory(FRAMES);
          const model = new Model();
          for (const { frame: at, offset, bytes } of writes) {
            memory.write(at, offset, bytes);
            model.write(at, offset, bytes);
            // A digest in between must not spoil those to come.
            memory.digest();
          }
          return { digest: memory.digest(), model };
        });
        if (left === undefined || right === undefined) throw new Error('two were made');
        const equal = left.model.equals(right.model);
        seen[equal ? 'equal' : 'different'] += 1;
        expect(left.digest === right.digest).toBe(equal);
      }),
      { numRuns: 500 },
    );
    expect(Math.min(seen.equal, seen.different)).toBeGreaterThan(0);
  });

  test('tells exactly the frames that were written since it was last asked', () => {
    fc.assert(
      fc.property(fc.array(write), fc.array(write), fc.array(write), (before, during, later) => {
        const memory = new GuestMemory(FRAMES);
        const apply = (writes: typeof before): number[] => {
          for (const { frame: at, offset, bytes } of writes) memory.write(at, offset, bytes);
          return [...new Set(writes.map((one) => one.frame))].sort((a, b) => a - b);
        };
        apply(before);
        memory.logDirty(true);
        expect(memory.dirtyCount).toBe(0);
        for (const writes of [during, later]) {
          const written = apply(writes);
          expect(memory.dirtyCount).toBe(written.length);
          const { count, bitmap } = memory.takeDirty();
          expect(count).toBe(written.length);
          expect(indicesIn(bitmap)).toEqual(written);
        }
        apply(during);
        memory.logDirty(false);
        expect(memory.dirtyCount).toBe(0);
      }),
    );
  });

  test('has the frames that it has, and refuses others', () => {
    const memory = new GuestMemory(FRAMES);
    const outside = fc.oneof(
      fc.integer({ max: -1 }),
      fc.integer({ min: FRAMES }),
      fc.constantFrom(0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 32, 2 ** 53),
    );
    fc.assert(
      fc.property(outside, (at) => {
        expect(() => memory.read(at)).toThrow(/outside the domain's 1030 pages/);
        expect(() => memory.write(at, 0, Buffer.alloc(1))).toThrow(/outside/);
      }),
    );
    expect(() => memory.write(0, PAGE_SIZE - 1, Buffer.alloc(2))).toThrow(/leaves its page/);
    expect(() => memory.write(0, -1, Buffer.alloc(1))).toThrow(/leaves its page/);
    expect(memory.populated().count).toBe(0);
  });

  test('given back is empty when it is claimed again, and who copies it hears of it', () => {
    const size = fc.integer({ min: 1, max: FRAMES * 2 });
    const act = fc.oneof(write, fc.record({ resize: size }));
    fc.assert(
      fc.property(fc.array(act), (acts) => {
        const memory = new GuestMemory(FRAMES);
        const model = new Model();
        const copy = new Model();
        memory.logDirty(true);
        for (const one of acts) {
          if ('resize' in one) {
            memory.resize(one.resize);
            for (const at of model.pages.keys()) if (at >= one.resize) model.pages.delete(at);
          } else {
            memory.write(one.frame, one.offset, one.bytes);
            model.write(one.frame, one.offset, one.bytes);
          }
        }
        const { bitmap } = memory.takeDirty();
        for (let at = 0; at < memory.frames; at += 1) {
          if ((bitmap[at >> 3] ?? 0) & (1 << (at & 7))) copy.write(at, 0, memory.read(at));
        }
        expect(copy.equals(model)).toBe(true);
        expect(memory.populated().count).toBe(model.pages.size);
      }),
    );
  });
});
