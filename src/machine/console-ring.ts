import type { GuestMemory } from './guest-memory.js';

/** One direction of `struct xencons_interface` (xen/public/io/console.h): where its parts lie. */
interface Direction {
  readonly start: number;
  readonly size: number;
  /** Offsets of its two indices. */
  readonly consumed: number;
  readonly produced: number;
}

/** What the back end has for the guest. */
const IN: Direction = { start: 0, size: 1024, consumed: 3072, produced: 3076 };
/** What the guest prints. */
const OUT: Direction = { start: 1024, size: 2048, consumed: 3080, produced: 3084 };

/** Guest side: puts what fits into the ring; returns how many bytes that was. */
export function writeConsole(memory: GuestMemory, frame: number, bytes: Uint8Array): number {
  return put(memory, frame, OUT, bytes);
}

/** Back end side: takes what the guest has written. Indices that make no sense empty the ring. */
export function readConsole(memory: GuestMemory, frame: number): Buffer {
  return take(memory, frame, OUT);
}

/** Back end side: puts what fits of the input into the ring; returns how many bytes that was. */
export function writeConsoleInput(memory: GuestMemory, frame: number, bytes: Uint8Array): number {
  return put(memory, frame, IN, bytes);
}

/** Guest side: takes what was typed. */
export function readConsoleInput(memory: GuestMemory, frame: number): Buffer {
  return take(memory, frame, IN);
}

function put(memory: GuestMemory, frame: number, way: Direction, bytes: Uint8Array): number {
  const page = memory.read(frame);
  const produced = page.readUInt32LE(way.produced);
  const unread = (produced - page.readUInt32LE(way.consumed)) >>> 0;
  const count = Math.min(Math.max(way.size - unread, 0), bytes.length);
  if (count === 0) return 0;
  const start = produced % way.size;
  const beforeWrap = Math.min(count, way.size - start);
  memory.write(frame, way.start + start, bytes.subarray(0, beforeWrap));
  memory.write(frame, way.start, bytes.subarray(beforeWrap, count));
  memory.write(frame, way.produced, u32(produced + count));
  return count;
}

function take(memory: GuestMemory, frame: number, way: Direction): Buffer {
  const page = memory.read(frame);
  const produced = page.readUInt32LE(way.produced);
  const consumed = page.readUInt32LE(way.consumed);
  // Nothing is written where nothing is taken: the memory of a suspended domain must stay as it is.
  if (produced === consumed) return Buffer.alloc(0);
  const unread = (produced - consumed) >>> 0;
  const count = unread > way.size ? 0 : unread;
  const ring = page.subarray(way.start, way.start + way.size);
  const start = consumed % way.size;
  const taken = Buffer.concat([
    ring.subarray(start, start + count),
    ring.subarray(0, Math.max(start + count - way.size, 0)),
  ]);
  memory.write(frame, way.consumed, u32(produced));
  return taken;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}
