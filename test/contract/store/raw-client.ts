import { once } from 'node:events';
import { createConnection } from 'node:net';
import type { Duplex } from 'node:stream';
import { encodeFrames, type Frame, FrameDecoder, MessageType } from '../../../src/xenstore/wire.js';

interface Waiting {
  resolve(frame: Frame): void;
  reject(reason: Error): void;
}

const nameOfType = new Map<number, string>(
  Object.entries(MessageType).map(([name, type]) => [type, name]),
);

/** Speaks the protocol as bytes: what is asserted about is exactly what came over the wire. */
export class RawClient {
  /** Everything received, in order: `WRITE OK`, `ERROR ENOENT`, `EVENT path token`. */
  readonly received: string[] = [];
  /** Request and transaction id of each event so far. */
  readonly eventIds: [number, number][] = [];
  readonly transport: Duplex;
  /** oxenstored sends more than the protocol allows. */
  readonly #decoder = new FrameDecoder(1024 * 1024);
  readonly #waiting = new Map<number, Waiting>();
  readonly #closed: Promise<void>;
  #lastRequest = 0;

  constructor(transport: Duplex) {
    this.transport = transport;
    this.#closed = new Promise((resolve) => transport.once('close', () => resolve()));
    transport.once('close', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('ended without an answer'));
    });
    transport.on('data', (chunk: Buffer) => {
      this.#decoder.feed(chunk);
      for (let frame = this.#decoder.next(); frame; frame = this.#decoder.next()) this.#take(frame);
    });
    transport.on('error', (error) => this.received.push(`BROKEN ${error.message}`));
  }

  static async open(socketPath: string): Promise<RawClient> {
    const socket = createConnection(socketPath);
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  #take(frame: Frame): void {
    const text = frame.payload.toString('latin1');
    if (frame.type === MessageType.WATCH_EVENT) {
      this.eventIds.push([frame.requestId, frame.transactionId]);
      this.received.push(`EVENT ${text.replace(/\0$/, '').replaceAll('\0', ' ')}`);
      return;
    }
    this.received.push(`${nameOfType.get(frame.type) ?? frame.type} ${text.replace(/\0$/, '')}`);
    this.#waiting.get(frame.requestId)?.resolve(frame);
    this.#waiting.delete(frame.requestId);
  }

  /** Sends a request whole and resolves with its reply. */
  frame(type: number, payload: string | Uint8Array, transactionId = 0): Promise<Frame> {
    this.#lastRequest += 1;
    const requestId = this.#lastRequest;
    if (this.transport.destroyed) return Promise.reject(new Error('ended before it was asked'));
    return new Promise((resolve, reject) => {
      this.#waiting.set(requestId, { resolve, reject });
      this.transport.write(encodeFrames([{ type, requestId, transactionId, payload }]));
    });
  }

  /** The payload of the reply as text, NULs and all; for an error only its name. */
  async ask(type: number, payload: string | Uint8Array, transactionId = 0): Promise<string> {
    const reply = await this.frame(type, payload, transactionId);
    const text = reply.payload.toString('latin1');
    return reply.type === MessageType.ERROR ? text.replace(/\0$/, '') : text;
  }

  read = (path: string, tx = 0) => this.ask(MessageType.READ, `${path}\0`, tx);
  write = (path: string, value: string, tx = 0) =>
    this.ask(MessageType.WRITE, `${path}\0${value}`, tx);
  mkdir = (path: string, tx = 0) => this.ask(MessageType.MKDIR, `${path}\0`, tx);
  rm = (path: string, tx = 0) => this.ask(MessageType.RM, `${path}\0`, tx);
  list = (path: string, tx = 0) => this.ask(MessageType.DIRECTORY, `${path}\0`, tx);
  getPermissions = (path: string, tx = 0) => this.ask(MessageType.GET_PERMS, `${path}\0`, tx);
  setPermissions = (path: string, ...entries: string[]) =>
    this.ask(MessageType.SET_PERMS, [path, ...entries].map((text) => `${text}\0`).join(''));
  watch = (path: string, token: string) => this.ask(MessageType.WATCH, `${path}\0${token}\0`);
  unwatch = (path: string, token: string) => this.ask(MessageType.UNWATCH, `${path}\0${token}\0`);
  end = (tx: number, verdict: 'T' | 'F' = 'T') =>
    this.ask(MessageType.TRANSACTION_END, `${verdict}\0`, tx);
  introduce = (domid: number) => this.ask(MessageType.INTRODUCE, `${domid}\0${1}\0${1}\0`);

  async start(): Promise<number> {
    return Number((await this.ask(MessageType.TRANSACTION_START, '\0')).replace(/\0$/, ''));
  }

  /** Waits until all that the daemon had to say so far has come; takes the events out of it. */
  async events(): Promise<string[]> {
    await this.ask(MessageType.GET_DOMAIN_PATH, '0\0');
    return this.received
      .splice(0)
      .filter((line) => line.startsWith('EVENT '))
      .map((line) => line.slice('EVENT '.length));
  }

  async closed(): Promise<void> {
    await this.#closed;
  }

  async close(): Promise<void> {
    this.transport.destroy();
    await this.#closed;
  }
}
