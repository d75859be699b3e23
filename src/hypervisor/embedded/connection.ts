import { connect, type Socket } from 'node:net';
import { errorFromJson, isErrorJson, type Json, ToolstackError } from '../../model/index.js';
import { encodeFrame, FrameDecoder } from './frames.js';
import type { HypercallName, Hypercalls } from './hypercalls.js';

interface Reply<Name extends HypercallName> {
  readonly result: Hypercalls[Name]['result'];
  readonly bytes: Buffer;
}

interface Pending {
  resolve(reply: { result: unknown; bytes: Buffer }): void;
  reject(error: Error): void;
}

/** A connection to the embedded machine's hypervisor. Calls are answered in any order. */
export class HypercallConnection {
  /** Resolves with the reason once the machine is gone or the connection was closed. */
  readonly lost: Promise<Error>;
  readonly #socket: Socket;
  readonly #pending = new Map<number, Pending>();
  readonly #decoder = new FrameDecoder();
  #nextId = 1;
  #error: Error | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.lost = new Promise((resolve) => {
      const lose = (why: string, cause?: unknown): void => {
        const error = new ToolstackError('host-lost', `the embedded machine is gone: ${why}`, {
          cause,
        });
        this.#fail(error);
        resolve(error);
      };
      socket.on('error', (error) => lose(error.message, error));
      socket.on('close', () => lose('the connection was closed'));
    });
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
  }

  /** @throws ToolstackError host-lost when nothing listens there */
  static connect(socketPath: string): Promise<HypercallConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect(socketPath);
      socket.once('error', (cause) => {
        reject(
          new ToolstackError('host-lost', `no embedded machine answers at ${socketPath}`, {
            suggestions: ['Start it with "domovoi machine start".'],
            cause,
          }),
        );
      });
      socket.once('connect', () => {
        socket.removeAllListeners('error');
        resolve(new HypercallConnection(socket));
      });
    });
  }

  async call<Name extends HypercallName>(
    name: Name,
    params: Hypercalls[Name]['params'],
    bytes?: Uint8Array,
  ): Promise<Reply<Name>> {
    if (this.#error !== undefined) throw this.#error;
    const id = this.#nextId;
    this.#nextId = (this.#nextId + 1) >>> 0;
    const reply = new Promise<{ result: unknown; bytes: Buffer }>((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
    });
    this.#socket.cork();
    for (const part of encodeFrame(id, { call: name, params }, bytes)) this.#socket.write(part);
    this.#socket.uncork();
    const { result, bytes: data } = await reply;
    return { result: result as Hypercalls[Name]['result'], bytes: data };
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    try {
      this.#decoder.feed(chunk);
      for (let frame = this.#decoder.next(); frame !== undefined; frame = this.#decoder.next()) {
        const pending = this.#pending.get(frame.id);
        this.#pending.delete(frame.id);
        const reply = frame.json as { result?: unknown; error?: Json };
        if (isErrorJson(reply.error)) pending?.reject(errorFromJson(reply.error));
        else pending?.resolve({ result: reply.result, bytes: frame.bytes });
      }
    } catch (error) {
      this.#socket.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #fail(error: Error): void {
    this.#error = error;
    for (const pending of this.#pending.values()) pending.reject(error);
    this.#pending.clear();
  }
}
