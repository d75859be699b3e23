import type { Duplex } from 'node:stream';
import { encodeFrames, type Frame, FrameDecoder } from '../xenstore/wire.js';
import type { Connection } from './connection.js';

/** Requests of one connection that are handled in one go, so that none keeps others waiting. */
const REQUESTS_PER_TURN = 256;
/** Bytes that may wait in a transport before its owner is asked nothing more. */
const UNSENT_MAX = 64 * 1024;

/** What a channel asks of the daemon. */
export interface ChannelOwner {
  handle(connection: Connection, frame: Frame): void;
  /** Asks for `turn` to be called in the next turn of the event loop, after a settle. */
  schedule(channel: Channel): void;
  /** The channel has ended, for the reason given when it was not the client's wish. */
  ended(channel: Channel, reason: unknown): void;
}

/** A connection and the transport it speaks over. */
export class Channel {
  readonly connection: Connection;
  readonly #transport: Duplex;
  readonly #owner: ChannelOwner;
  readonly #decoder = new FrameDecoder();
  /** The transport takes no more for now; replies and requests wait. */
  #isBlocked = false;
  #isEnded = false;
  /** The client sent something that cannot be understood, or no more: answer and end. */
  #isLast = false;
  #reason: unknown;
  /** The decoder may have whole requests left. */
  #mayHoldMore = false;

  constructor(connection: Connection, transport: Duplex, owner: ChannelOwner) {
    this.connection = connection;
    this.#transport = transport;
    this.#owner = owner;
    transport.on('data', (chunk: Buffer) => this.#receive(chunk));
    transport.on('drain', () => {
      this.#isBlocked = false;
      owner.schedule(this);
    });
    transport.on('end', () => {
      this.#isLast = true;
      owner.schedule(this);
    });
    transport.on('error', (error) => this.end(error));
    transport.on('close', () => this.end());
  }

  #receive(chunk: Buffer): void {
    if (this.#isEnded || this.#isLast) return;
    this.#decoder.feed(chunk);
    this.#mayHoldMore = true;
    if (this.#isBlocked) this.#transport.pause();
    else this.handleRequests();
  }

  /** Handles what has been received, up to a turn's worth. */
  handleRequests(): void {
    if (!this.#mayHoldMore || this.#isBlocked || this.#isEnded) return;
    try {
      for (let count = 0; count < REQUESTS_PER_TURN; count++) {
        const frame = this.#decoder.next();
        if (frame === undefined) {
          this.#mayHoldMore = false;
          this.#transport.resume();
          return;
        }
        this.#owner.handle(this.connection, frame);
      }
    } catch (error) {
      this.#reason = error;
      this.#mayHoldMore = false;
      this.#isLast = true;
    }
    this.#transport.pause();
    this.#owner.schedule(this);
  }

  /** Sends what waits, all of it in one write. Only to be called when all of it is durable. */
  flush(): void {
    if (this.#isEnded) return;
    const { outbox } = this.connection;
    if (outbox.isOverfull) {
      this.end(new Error(`connection ${this.connection.id} does not take its watch events`));
      return;
    }
    if (!this.#isBlocked && !outbox.isEmpty) {
      this.#transport.write(encodeFrames(outbox.take()));
      this.#isBlocked = this.#transport.writableLength > UNSENT_MAX;
    }
    if (this.#isLast && !this.#mayHoldMore) this.end(this.#reason);
    else if (this.#mayHoldMore && !this.#isBlocked) this.#owner.schedule(this);
  }

  /** Ends the channel at once. */
  end(reason?: unknown): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#transport.destroy();
    this.#owner.ended(this, reason);
  }
}
