import type { GuestMemory } from './guest-memory.js';

/** `struct xencons_interface` (xen/public/io/console.h): in[1024], out[2048], four indices. */
const OUT_START = 1024;
const OUT_SIZE = 2048;
const OUT_CONSUMED = 3080;
const OUT_PRODUCED = 3084;

/** Guest side: puts what fits into the ring; returns how many bytes that was. */
export function writeConsole(memory: GuestMemory, frame: number, bytes: Uint8Array): number {
  const page = memory.read(frame);
  const produced = page.readUInt32LE(OUT_PRODUCED);
  const unread = (produced - page.readUInt32LE(OUT_CONSUMED)) >>> 0;
  const count = Math.min(Math.max(OUT_SIZE - unread, 0), bytes.length);
  if (count === 0) return 0;
  const start = produced % OUT_SIZE;
  const beforeWrap = Math.min(count, OUT_SIZE - start);
  memory.write(frame, OUT_START + start, bytes.subarray(0, beforeWrap));
  memory.write(frame, OUT_START, bytes.subarray(beforeWrap, count));
  memory.write(frame, OUT_PRODUCED, u32(produced + count));
  return count;
}

/** Back end side: takes what the guest has written. Indices that make no sense empty the ring. */
export function readConsole(memory: GuestMemory, frame: number): Buffer {
  const page = memory.read(frame);
  const produced = page.readUInt32LE(OUT_PRODUCED);
  const consumed = page.readUInt32LE(OUT_CONSUMED);
  // Nothing is written where nothing is taken: the memory of a suspended domain must stay as it is.
  if (produced === consumed) return Buffer.alloc(0);
  const unread = (produced - consumed) >>> 0;
  const count = unread > OUT_SIZE ? 0 : unread;
  const ring = page.subarray(OUT_START, OUT_START + OUT_SIZE);
  const start = consumed % OUT_SIZE;
  const taken = Buffer.concat([
    ring.subarray(start, start + count),
    ring.subarray(0, Math.max(start + count - OUT_SIZE, 0)),
  ]);
  memory.write(frame, OUT_CONSUMED, u32(produced));
  return taken;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}
