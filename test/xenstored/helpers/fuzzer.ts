import { encodeFrames, MessageType, type OutgoingFrame } from '../../../src/xenstore/wire.js';

/** Numbers that look random and come again with the same seed (mulberry32). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to, but not including, `below`. */
  roll(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  }

  pick<T>(things: readonly T[]): T {
    const thing = things[this.roll(things.length)];
    if (thing === undefined) throw new Error('nothing to pick from');
    return thing;
  }
}

/** How a client leaves. */
export type Ending = 'end' | 'hang up' | 'cut off' | 'oversized' | 'garbage';

/** All that one client sends. */
export interface Session {
  /** Frames, whole or not, that the bytes were made of. */
  readonly frames: number;
  readonly bytes: Buffer;
  readonly ending: Ending;
}

/** Paths that the fuzzers have to themselves. */
const paths = ['/f', '/f/a', '/f/a/b', '/f/b', '/f/c/d/e', 'rel', 'rel/x', '/local/domain/5'];
const odd = ['', '/', '//', '/f/', '/f/./x', '@releaseDomain', '@x', `/f/${'x'.repeat(2100)}`];
const domids = ['5', '6', '7', '0', '-1', '32752', '99999999999', 'x'];
const entries = ['n0', 'r5', 'b6', 'w7', 'n5', 'b-1', 'q1', 'n', ''];
/** None of those that write files, `memreport` and `dump`, nor what a mutation makes them of. */
const controls = ['check', 'help', 'quota', 'print', 'connections', 'set', 'nodes', 'log', 'off'];
const T = MessageType;
const allTypes = Object.values(MessageType);
/** Most of what clients do; the rest comes from {@link allTypes}. */
const usual = [T.READ, T.WRITE, T.MKDIR, T.RM, T.DIRECTORY, T.GET_PERMS, T.SET_PERMS, T.WATCH];
const endings: readonly Ending[] = ['end', 'hang up', 'cut off', 'oversized', 'garbage'];

/** Makes up what ill-behaved clients send. */
export class Fuzzer {
  readonly dice: Dice;

  constructor(seed: number) {
    this.dice = new Dice(seed);
  }

  session(maxFrames: number): Session {
    const { dice } = this;
    const ending = dice.pick(endings);
    const frames = Array.from({ length: 1 + dice.roll(maxFrames) }, () => this.#frame());
    const whole = encodeFrames(frames);
    return { ending, frames: frames.length, bytes: this.#broken(whole, ending) };
  }

  /** Pieces in which bytes may come: from single bytes to many frames at once. */
  *pieces(bytes: Buffer): Generator<Buffer> {
    const most = this.dice.pick([40, 3000, 100_000]);
    for (let start = 0; start < bytes.length; ) {
      const end = start + 1 + this.dice.roll(most);
      yield bytes.subarray(start, end);
      start = end;
    }
  }

  #broken(whole: Buffer, ending: Ending): Buffer {
    const { dice } = this;
    switch (ending) {
      case 'end':
      case 'hang up':
        return whole;
      case 'cut off':
        return whole.subarray(0, whole.length - 1 - dice.roll(Math.min(20, whole.length - 1)));
      case 'oversized': {
        const header = Buffer.alloc(16 + dice.roll(5000));
        header.writeUInt32LE(T.WRITE, 0);
        header.writeUInt32LE(dice.pick([4097, 65_536, 0x7fff_ffff, 0xffff_ffff]), 12);
        return Buffer.concat([whole, header, whole.subarray(0, 1000)]);
      }
      case 'garbage':
        return Buffer.concat([whole, this.#noise(1 + dice.roll(300))]);
    }
  }

  #noise(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.dice.roll(256)));
  }

  #frame(): OutgoingFrame {
    const { dice } = this;
    const wild = dice.roll(20) === 0;
    const type = dice.roll(3) === 0 ? dice.pick(allTypes) : dice.pick(usual);
    const payload = dice.roll(30) === 0 ? this.#noise(dice.roll(60)) : this.#payload(type);
    return {
      type: wild ? dice.roll(0x1_0000_0000) : type,
      requestId: dice.roll(wild ? 0x1_0000_0000 : 4),
      transactionId: dice.roll(4) === 0 ? dice.roll(wild ? 0x1_0000_0000 : 6) : 0,
      payload: dice.roll(6) === 0 ? this.#mutated(payload) : payload,
    };
  }

  #payload(type: number): string {
    const { dice } = this;
    const path = `${dice.roll(8) === 0 ? dice.pick(odd) : dice.pick(paths)}\0`;
    switch (type) {
      case T.WRITE:
        return path + 'v'.repeat(dice.roll(10) === 0 ? dice.roll(1900) : dice.roll(20));
      case T.SET_PERMS:
        return (
          path + Array.from({ length: dice.roll(8) }, () => `${dice.pick(entries)}\0`).join('')
        );
      case T.WATCH:
      case T.UNWATCH:
        return `${path}${dice.roll(5)}\0`;
      case T.DIRECTORY_PART:
        return `${path}${dice.roll(200) - 50}\0`;
      case T.TRANSACTION_END:
        return dice.pick(['T\0', 'F\0', 'T', '']);
      case T.INTRODUCE:
        return `${dice.pick(domids)}\0${dice.roll(3)}\0${dice.roll(3)}\0`;
      case T.SET_TARGET:
        return `${dice.pick(domids)}\0${dice.pick(domids)}\0`;
      case T.RELEASE:
      case T.RESUME:
      case T.IS_DOMAIN_INTRODUCED:
      case T.GET_DOMAIN_PATH:
        return `${dice.pick(domids)}\0`;
      case T.CONTROL:
        return Array.from({ length: 1 + dice.roll(4) }, () => `${dice.pick(controls)}\0`).join('');
      default:
        return path;
    }
  }

  /** The same with a byte changed, taken out or doubled, or with its end cut off. */
  #mutated(payload: string | Uint8Array): Uint8Array {
    const bytes = Buffer.from(
      typeof payload === 'string' ? Buffer.from(payload, 'latin1') : payload,
    );
    if (bytes.length === 0) return bytes;
    const at = this.dice.roll(bytes.length);
    switch (this.dice.roll(4)) {
      case 0:
        bytes.writeUInt8(this.dice.roll(256), at);
        return bytes;
      case 1:
        return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]);
      case 2:
        return Buffer.concat([bytes.subarray(0, at + 1), bytes.subarray(at)]);
      default:
        return bytes.subarray(0, at);
    }
  }
}
