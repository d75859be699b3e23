import { encodedBytes, encodeFramesInto, type Frame, FrameDecoder } from '../xenstore/wire.js';
import type { Connection } from './connection.js';
import type { Receiver, Transport } from './transport.js';

/** What a channel asks of the daemon. */
export interface ChannelOwner {
  handle(connection: Connection, frame: Frame): void;
  /** Requests of a connection that may be handled in one go. */
  requestsPerTurn(connection: Connection): number;
  /** Whether so many events wait for a connection that it is to be given up. */
  isTooFarBehind(connection: Connection): boolean;
  /** Asks for `handleRequests` and `flush` to be called soon, with a settle between them. */
  schedule(channel: Channel): void;
  /** Requests were handled as they came in: asks for `flush`, now or soon, after a settle. */
  handled(channel: Channel): void;
  /** The channel has ended, for the reason given when it was not the client's wish. */
  ended(channel: Channel, reason: unknown): void;
}

/** Where messages are put together. Transports copy what they cannot send at once. */
let scratch = Buffer.allocUnsafeSlow(64 * 1024);

/** A connection and the transport it speaks over. */
export class Channel implements Receiver {
  readonly connection: Connection;
  readonly #transport: Transport;
  readonly #owner: ChannelOwner;
  readonly #decoder = new FrameDecoder();
  #isEnded = false;
  /** The client sent something that cannot be understood, or no more: answer and end. */
  #isLast = false;
  #reason: unknown;
  /** The decoder may have whole requests left. */
  #mayHoldMore = false;

  constructor(connection: Connection, transport: Transport, owner: ChannelOwner) {
    this.connection = connection;
    this.#transport = transport;
    this.#owner = owner;
    transport.start(this);
  }

  received(bytes: Buffer, length: number): void {
    if (this.#isEnded || this.#isLast) return;
    this.#decoder.feed(bytes, length);
    this.#mayHoldMore = true;
    if (this.connection.state === 'BLOCKED') this.#transport.pause();
    else {
      this.handleRequests();
      this.#owner.handled(this);
    }
    this.#decoder.keepRest();
  }

  drained(): void {
    if (this.connection.state === 'BLOCKED') this.connection.state = 'BUSY';
    this.#owner.schedule(this);
  }

  ended(): void {
    this.#isLast = true;
    this.#owner.schedule(this);
  }

  closed(error?: Error): void {
    this.end(error);
  }

  /** Handles what has been received, up to a turn's worth. */
  handleRequests(): void {
    const { connection } = this;
    if (!this.#mayHoldMore || this.#isEnded || connection.state === 'BLOCKED') return;
    connection.state = 'BUSY';
    const turn = this.#owner.requestsPerTurn(connection);
    try {
      for (let count = 0; count < turn; count++) {
        const frame = this.#decoder.next();
        if (frame === undefined) {
          this.#mayHoldMore = false;
          this.#transport.resume();
          return;
        }
        this.#owner.handle(connection, frame);
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
    if (this.#owner.isTooFarBehind(connection)) {
      this.end(new Error(`connection ${connection.id} does not take its watch events`));
      return;
    }
    if (connection.state !== 'BLOCKED') {
      const takesMore = connection.outbox.length === 0 || this.#send();
      connection.state = takesMore ? (this.#mayHoldMore ? 'BUSY' : 'OK') : 'BLOCKED';
    }
    if (connection.state === 'BLOCKED') return;
    if (this.#mayHoldMore) this.#owner.schedule(this);
    else if (this.#isLast) this.#finish();
  }

  #send(): boolean {
    const messages = this.connection.outbox.take();
    const size = encodedBytes(messages);
    if (size > scratch.length) scratch = Buffer.allocUnsafeSlow(size * 2);
    encodeFramesInto(scratch, messages);
    return this.#transport.send(scratch, size);
  }

  /** Ends the channel when all has been said. */
  #finish(): void {
    if (this.#reason !== undefined) {
      this.end(this.#reason);
      return;
    }
    this.#isEnded = true;
    this.#transport.finish();
    this.#owner.ended(this, undefined);
  }

  /** Ends the channel at once. */
  end(reason?: unknown): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#transport.close();
    this.#owner.ended(this, reason);
  }
}
