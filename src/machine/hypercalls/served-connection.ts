import type { Socket } from 'node:net';
import { encodeFrame, type Frame, FrameDecoder } from '../../hypervisor/embedded/frames.js';

/** Bytes of replies that may wait for a client to read them before it is answered nothing more. */
const UNSENT_MAX = 4 * 1024 * 1024;
/** Calls that may be under way for one client at a time. */
const UNDER_WAY_MAX = 16;
/** Calls of one client that are answered in one go, so that none keeps others waiting. */
const CALLS_PER_TURN = 64;

export interface Reply {
  readonly json: unknown;
  readonly bytes?: Uint8Array | undefined;
}

/** One client of the hypervisor. Who does not read its replies is not read from either. */
export class ServedConnection {
  readonly #socket: Socket;
  readonly #answer: (frame: Frame) => Reply | Promise<Reply>;
  readonly #decoder = new FrameDecoder();
  #underWay = 0;
  #turn: NodeJS.Immediate | undefined;

  /** @param answer must not fail: what goes wrong with a call is its reply */
  constructor(socket: Socket, answer: (frame: Frame) => Reply | Promise<Reply>) {
    this.#socket = socket;
    this.#answer = answer;
    socket.on('data', (chunk: Buffer) => {
      this.#decoder.feed(chunk);
      this.#advance();
    });
    socket.on('drain', () => this.#advance());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => clearImmediate(this.#turn));
  }

  #advance(): void {
    if (this.#turn !== undefined || this.#socket.destroyed) return;
    for (let count = 0; this.#mayAnswer; count += 1) {
      if (count === CALLS_PER_TURN) {
        this.#turn = setImmediate(() => {
          this.#turn = undefined;
          this.#advance();
        });
        break;
      }
      const frame = this.#nextFrame();
      if (frame === undefined) {
        this.#socket.resume();
        return;
      }
      this.#serve(frame);
    }
    this.#socket.pause();
  }

  get #mayAnswer(): boolean {
    return this.#socket.writableLength <= UNSENT_MAX && this.#underWay < UNDER_WAY_MAX;
  }

  #nextFrame(): Frame | undefined {
    try {
      return this.#decoder.next();
    } catch {
      // What sends no frames cannot be told so in a frame.
      this.#socket.destroy();
      return undefined;
    }
  }

  #serve(frame: Frame): void {
    const reply = this.#answer(frame);
    if (!(reply instanceof Promise)) {
      this.#send(frame, reply);
      return;
    }
    this.#underWay += 1;
    void reply.then((late) => {
      this.#underWay -= 1;
      this.#send(frame, late);
      this.#advance();
    });
  }

  #send({ id }: Frame, { json, bytes }: Reply): void {
    if (this.#socket.destroyed) return;
    this.#socket.cork();
    for (const part of encodeFrame(id, json, bytes)) this.#socket.write(part);
    this.#socket.uncork();
  }
}
