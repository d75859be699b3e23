import { MessageType, type OutgoingFrame } from '../xenstore/wire.js';

/** Bytes of memory that a waiting event takes besides its payload. */
const EVENT_OVERHEAD = 100;

interface Message extends OutgoingFrame {
  readonly payload: string;
  /** The batch on whose durability the message rests; 0 when on none. */
  readonly batch: number;
}

/** What waits to be sent on a connection, in order. */
export class Outbox {
  #messages: Message[] = [];
  /** Payloads of the waiting events that need not be told twice. */
  #events: Set<string> | undefined;
  #eventBytes = 0;

  /** Messages that wait. */
  get length(): number {
    return this.#messages.length;
  }

  /** Bytes that the waiting events take, about. Replies need no count: who does not read is not read from. */
  get eventBytes(): number {
    return this.#eventBytes;
  }

  reply(
    type: number,
    requestId: number,
    transactionId: number,
    payload: string,
    batch: number,
  ): void {
    this.#messages.push({ type, requestId, transactionId, payload, batch });
  }

  /** @param coalesce drop the event when an equal one waits already */
  event(payload: string, batch: number, coalesce: boolean): void {
    if (coalesce) {
      this.#events ??= new Set();
      if (this.#events.has(payload)) return;
      this.#events.add(payload);
    }
    this.#eventBytes += payload.length + EVENT_OVERHEAD;
    this.#messages.push({
      type: MessageType.WATCH_EVENT,
      requestId: 0,
      transactionId: 0,
      payload,
      batch,
    });
  }

  /** Hands over all messages. */
  take(): OutgoingFrame[] {
    const messages = this.#messages;
    this.#messages = [];
    this.#events?.clear();
    this.#eventBytes = 0;
    return messages;
  }

  /** The batch could not be made durable: its events never happened, its replies are ENOSPC. */
  revoke(batch: number): void {
    const kept: Message[] = [];
    for (const message of this.#messages) {
      if (message.batch !== batch) {
        kept.push(message);
      } else if (message.type === MessageType.WATCH_EVENT) {
        this.#events?.delete(message.payload);
        this.#eventBytes -= message.payload.length + EVENT_OVERHEAD;
      } else {
        kept.push({ ...message, type: MessageType.ERROR, payload: 'ENOSPC\0', batch: 0 });
      }
    }
    this.#messages = kept;
  }
}
