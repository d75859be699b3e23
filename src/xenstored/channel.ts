import type { Duplex } from 'node:stream';
import { encodeFrames, type Frame, FrameDecoder } from '../xenstore/wire.js';
import type { Connection } from './connection.js';

/** Bytes that may wait in a transport before its owner is asked nothing more. */
const UNSENT_MAX = 64 * 1024;

/** What a channel asks of the daemon. */
export interface ChannelOwner {
  handle(connection: Connection, frame: Frame): void;
  /** Requests of a connection that may be handled in one go. */
  requestsPerTurn(connection: Connection): number;
  /** Whether so many events wait for a connection that it is to be given up. */
  isTooFarBehind(connection: Connection): boolean;
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
      if (connection.state === 'BLOCKED') connection.state = 'BUSY';
      owner.schedule(this);
    });
    transport.on('end', () => {
      this.#isLast = true;
      owner.schedule(this);
    });
    transport.on('error', (error) => this.end(error));
    transport.on('close', () => this.end());
  }

  /** The transport takes no more for now; replies and requests wait. */
  get #isBlocked(): boolean {
    return this.connection.state === 'BLOCKED';
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
    this.connection.state = 'BUSY';
    const turn = this.#owner.requestsPerTurn(this.connection);
    try {
      for (let count = 0; count < turn; count++) {
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
    const { connection } = this;
    const { outbox } = connection;
    if (this.#owner.isTooFarBehind(connection)) {
      this.end(new Error(`connection ${connection.id} does not take its watch events`));
      return;
    }
    if (!this.#isBlocked) {
      if (outbox.length > 0) this.#transport.write(encodeFrames(outbox.take()));
      const isFull = this.#transport.writableLength > UNSENT_MAX;
      connection.state = isFull ? 'BLOCKED' : this.#mayHoldMore ? 'BUSY' : 'OK';
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
