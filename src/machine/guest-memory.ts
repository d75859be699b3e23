import { hash } from 'node:crypto';
import { ToolstackError } from '../model/index.js';
import { Bitmap } from './bitmap.js';

export const PAGE_SIZE = 4096;
const PAGES_PER_CHUNK = 512;
const ZERO_PAGE = Buffer.alloc(PAGE_SIZE);

/**
 * A domain's pseudo-physical memory: page frames that come into being when they are first
 * written, so that a big, idle guest costs the machine little. Frames never written read as zero.
 */
export class GuestMemory {
  #frames: number;
  readonly #chunks = new Map<number, Buffer>();
  #populated: Bitmap;
  readonly #hashes = new Map<number, string>();
  #dirty: Bitmap | undefined;

  constructor(frames: number) {
    this.#frames = frames;
    this.#populated = new Bitmap(frames);
  }

  /** Frames that can be written; it may have been given fewer. */
  get frames(): number {
    return this.#frames;
  }

  /** Empties every frame from `count` on, and makes room for as many where there is less. */
  resize(count: number): void {
    if (count > this.#frames) {
      this.#frames = count;
      this.#populated = this.#populated.grown(count);
      this.#dirty = this.#dirty?.grown(count);
    }
    for (const frame of this.#populated) if (frame >= count) this.#empty(frame);
    for (const chunk of this.#chunks.keys()) {
      if (chunk * PAGES_PER_CHUNK >= count) this.#chunks.delete(chunk);
    }
  }

  /** One page, to look at. @throws ToolstackError EINVAL for a frame that the domain does not have */
  read(frame: number): Buffer {
    this.#check(frame);
    if (!this.#populated.has(frame)) return ZERO_PAGE;
    return this.#page(frame);
  }

  write(frame: number, offset: number, bytes: Uint8Array): void {
    this.#check(frame);
    if (offset < 0 || offset + bytes.length > PAGE_SIZE) {
      throw new ToolstackError(
        'EINVAL',
        `a write of ${bytes.length} bytes at ${offset} leaves its page`,
      );
    }
    this.#chunk(frame).set(bytes, startInChunk(frame) + offset);
    this.#populated.add(frame);
    this.#dirty?.add(frame);
    this.#hashes.delete(frame);
  }

  /** Begins or ends the recording of written frames (`XEN_DOMCTL_shadow_op` logdirty). */
  logDirty(enable: boolean): void {
    this.#dirty = enable ? new Bitmap(this.frames) : undefined;
  }

  /** Frames written since the last call, as a bitmap; every populated frame when not recording. */
  takeDirty(): { count: number; bitmap: Buffer } {
    if (this.#dirty === undefined) return this.populated();
    const count = this.#dirty.count;
    return { count, bitmap: this.#dirty.take() };
  }

  get dirtyCount(): number {
    return this.#dirty?.count ?? 0;
  }

  populated(): { count: number; bitmap: Buffer } {
    return { count: this.#populated.count, bitmap: Buffer.from(this.#populated.bytes) };
  }

  /**
   * A hash over all frames and their numbers. Hashes of single frames are kept until the frame is
   * written again, so that a second digest costs only what has changed.
   */
  digest(): string {
    const parts: string[] = [];
    for (const frame of this.#populated) {
      const pageHash = this.#hashes.get(frame) ?? this.#hashPage(frame);
      this.#hashes.set(frame, pageHash);
      if (pageHash !== 'zero') parts.push(`${frame}:${pageHash}`);
    }
    return hash('sha256', parts.join('\n'));
  }

  #empty(frame: number): void {
    this.#page(frame).fill(0);
    this.#populated.delete(frame);
    this.#hashes.delete(frame);
    // Who copies this memory must hear of it.
    this.#dirty?.add(frame);
  }

  #hashPage(frame: number): string {
    const page = this.#page(frame);
    return page.equals(ZERO_PAGE) ? 'zero' : hash('sha1', page);
  }

  #page(frame: number): Buffer {
    const start = startInChunk(frame);
    return this.#chunk(frame).subarray(start, start + PAGE_SIZE);
  }

  #chunk(frame: number): Buffer {
    const index = Math.floor(frame / PAGES_PER_CHUNK);
    let chunk = this.#chunks.get(index);
    if (chunk === undefined) {
      chunk = Buffer.alloc(PAGES_PER_CHUNK * PAGE_SIZE);
      this.#chunks.set(index, chunk);
    }
    return chunk;
  }

  #check(frame: number): void {
    if (!Number.isInteger(frame) || frame < 0 || frame >= this.frames) {
      throw new ToolstackError(
        'EINVAL',
        `frame ${frame} is outside the domain's ${this.frames} pages`,
      );
    }
  }
}

function startInChunk(frame: number): number {
  return (frame % PAGES_PER_CHUNK) * PAGE_SIZE;
}
