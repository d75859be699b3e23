import type { Duplex } from 'node:stream';
import { errorCodeByName, XenStoreError, type XenStoreErrorCode } from './errors.js';
import { FATE_IN_WORDS, fateOf } from './fate.js';
import {
  encodeFrames,
  type Frame,
  FrameDecoder,
  MessageType,
  type OutgoingFrame,
  PAYLOAD_MAX,
} from './wire.js';

/** oxenstored answers DIRECTORY at any length, so replies are not held to PAYLOAD_MAX. */
const REPLY_MAX = 64 * 1024 * 1024;

interface PendingRequest {
  readonly type: MessageType;
  readonly transactionId: number;
  /** The verb and the path, as messages say it. */
  readonly what: string;
  readonly path: string | undefined;
  resolve(payload: Buffer): void;
  reject(error: XenStoreError): void;
}

/** What a request is about, for the message of its failure. */
export interface RequestSubject {
  readonly verb: string;
  readonly path?: string | undefined;
}

/** The verb and the path, as messages say it. */
export function inWords({ verb, path }: RequestSubject): string {
  return path === undefined ? verb : `${verb} ${path}`;
}

/**
 * One connection to a store daemon: requests go out without waiting for replies, all those of a
 * tick in one write; replies find their request by id.
 */
export class StoreConnection {
  /** Resolves when the connection has ended, for whatever reason; never rejects. */
  readonly closed: Promise<void>;
  readonly #transport: Duplex;
  readonly #onEvent: (path: string, token: string) => void;
  readonly #onLost: (error: XenStoreError) => void;
  readonly #decoder = new FrameDecoder(REPLY_MAX);
  readonly #pending = new Map<number, PendingRequest>();
  #outgoing: OutgoingFrame[] = [];
  #lastRequestId = 0;
  #lost: XenStoreError | undefined;

  /**
   * @param onEvent called for each watch event
   * @param onLost called once, when no more replies or events can come
   */
  constructor(
    transport: Duplex,
    onEvent: (path: string, token: string) => void,
    onLost: (error: XenStoreError) => void,
  ) {
    this.#transport = transport;
    this.#onEvent = onEvent;
    this.#onLost = onLost;
    this.closed = transport.destroyed
      ? Promise.resolve()
      : new Promise((resolve) => transport.once('close', () => resolve()));
    if (transport.destroyed) process.nextTick(() => this.#lose('the connection was closed'));
    transport.on('data', (chunk: Buffer) => this.#receive(chunk));
    transport.on('error', (cause) => this.#lose('the connection broke', { cause }));
    transport.on('end', () => this.#lose('the store closed the connection'));
    transport.on('close', () => this.#lose('the connection was closed'));
  }

  /** Why the connection is of no more use; undefined while it is. */
  get lost(): XenStoreError | undefined {
    return this.#lost;
  }

  /** Sends a request; resolves with the payload of the reply. */
  request(
    type: MessageType,
    transactionId: number,
    payload: string | Uint8Array,
    subject: RequestSubject,
  ): Promise<Buffer> {
    const what = inWords(subject);
    const { path } = subject;
    if (this.#lost !== undefined) {
      return Promise.reject(new XenStoreError(this.#lost.code, what, { path, cause: this.#lost }));
    }
    if (payload.length > PAYLOAD_MAX) {
      return Promise.reject(
        new XenStoreError('E2BIG', `${what}: ${payload.length} bytes, ${PAYLOAD_MAX} fit`, {
          path,
        }),
      );
    }
    return new Promise((resolve, reject) => {
      const requestId = this.#nextRequestId();
      this.#pending.set(requestId, { type, transactionId, what, path, resolve, reject });
      if (this.#outgoing.length === 0) process.nextTick(() => this.#flush());
      this.#outgoing.push({ type, requestId, transactionId, payload });
    });
  }

  /** Ends the connection at once; requests still unanswered reject. */
  close(): Promise<void> {
    this.#lose('the connection was closed on our side');
    return this.closed;
  }

  #nextRequestId(): number {
    do {
      this.#lastRequestId = (this.#lastRequestId + 1) >>> 0;
    } while (this.#pending.has(this.#lastRequestId));
    return this.#lastRequestId;
  }

  #flush(): void {
    const frames = this.#outgoing;
    this.#outgoing = [];
    if (this.#lost === undefined) this.#transport.write(encodeFrames(frames));
  }

  #receive(chunk: Buffer): void {
    if (this.#lost !== undefined) return;
    this.#decoder.feed(chunk);
    try {
      for (let frame = this.#decoder.next(); frame !== undefined; frame = this.#decoder.next()) {
        this.#dispatch(frame);
      }
    } catch (cause) {
      this.#lose('its bytes make no sense', { code: 'EPROTO', cause });
    }
  }

  #dispatch(frame: Frame): void {
    if (frame.type === MessageType.WATCH_EVENT) {
      const [path = '', token = ''] = frame.payload.toString('latin1').split('\0');
      this.#onEvent(path, token);
      return;
    }
    const pending = this.#pending.get(frame.requestId);
    if (pending === undefined) {
      throw new XenStoreError('EPROTO', `reply to request ${frame.requestId}, which was not made`);
    }
    this.#pending.delete(frame.requestId);
    const { what, path } = pending;
    if (frame.type === pending.type) {
      pending.resolve(frame.payload);
    } else if (frame.type === MessageType.ERROR) {
      const name = frame.payload.toString('latin1').replace(/\0$/, '');
      const code = errorCodeByName(name);
      pending.reject(
        code === undefined
          ? new XenStoreError('EIO', `${what}: the store says "${name}"`, { path })
          : new XenStoreError(code, what, { path }),
      );
    } else {
      pending.reject(
        new XenStoreError('EPROTO', `${what}: answered by type ${frame.type}`, {
          path,
        }),
      );
    }
  }

  #lose(why: string, details: { code?: XenStoreErrorCode; cause?: unknown } = {}): void {
    if (this.#lost !== undefined) return;
    const { code = 'ECONNRESET', cause } = details;
    const lost = new XenStoreError(code, why, { cause });
    this.#lost = lost;
    this.#transport.destroy();
    for (const pending of this.#pending.values()) {
      const { what, path } = pending;
      const fate = FATE_IN_WORDS[fateOf(pending)];
      pending.reject(new XenStoreError(code, `${what}: ${why}${fate}`, { path, cause: lost }));
    }
    this.#pending.clear();
    this.#onLost(lost);
  }
}
