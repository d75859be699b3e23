import { writeSync } from 'node:fs';
import { type Server, Socket, type SocketConstructorOpts } from 'node:net';
import { type Receiver, StreamTransport, type Transport } from './transport.js';

/**
 * Node's own object for an accepted connection, below `net.Socket`. Not documented, the same since
 * Node 12: see docs/decisions/0007-bare-sockets.md.
 */
interface PipeHandle {
  readonly fd: number;
  /** Called with what was read; with nothing at the end, or when reading failed. */
  onread: ((bytes: ArrayBuffer | undefined) => void) | undefined;
  readStart(): number;
  readStop(): number;
  close(): void;
}

/**
 * Takes a server's connections before `net` makes streams of them, which costs more than all that
 * most clients ask for. False when this Node does not let us; then the server goes on as usual.
 */
export function acceptBare(server: Server, accept: (transport: Transport) => void): boolean {
  const listener: unknown = Reflect.get(server, '_handle');
  if (typeof listener !== 'object' || listener === null || !('onconnection' in listener)) {
    return false;
  }
  const acceptStream = listener.onconnection;
  if (typeof acceptStream !== 'function') return false;
  listener.onconnection = (status: number, client: unknown) => {
    if (status === 0 && isPipeHandle(client)) accept(new BareSocket(client));
    else Reflect.apply(acceptStream, listener, [status, client]);
  };
  return true;
}

function isPipeHandle(handle: unknown): handle is PipeHandle {
  return (
    typeof handle === 'object' &&
    handle !== null &&
    'readStart' in handle &&
    'readStop' in handle &&
    'close' in handle &&
    'fd' in handle &&
    typeof handle.fd === 'number' &&
    handle.fd >= 0
  );
}

/** A connection without a stream around it, until its client reads too slowly to do without. */
class BareSocket implements Transport {
  readonly #handle: PipeHandle;
  #receiver: Receiver | undefined;
  #stream: Transport | undefined;
  #isPaused = false;
  #isClosed = false;

  constructor(handle: PipeHandle) {
    this.#handle = handle;
  }

  start(receiver: Receiver): void {
    this.#receiver = receiver;
    this.#handle.onread = (bytes) => {
      if (this.#isClosed) return;
      if (bytes === undefined) receiver.ended();
      else if (bytes.byteLength > 0) receiver.received(Buffer.from(bytes));
    };
    this.#handle.readStart();
  }

  send(bytes: Buffer): boolean {
    if (this.#isClosed) return true;
    if (this.#stream !== undefined) return this.#stream.send(bytes);
    let sent = 0;
    try {
      sent = writeSync(this.#handle.fd, bytes);
    } catch (error) {
      if (!isErrno(error, 'EAGAIN')) {
        this.#fail(error);
        return true;
      }
    }
    return sent === bytes.length || this.#becomeStream().send(bytes.subarray(sent));
  }

  #fail(error: unknown): void {
    this.close();
    // A client may well hang up without having read everything.
    const isHangUp = isErrno(error, 'EPIPE') || isErrno(error, 'ECONNRESET');
    this.#receiver?.closed(isHangUp || !(error instanceof Error) ? undefined : error);
  }

  /** A stream knows how to wait until the client reads on. */
  #becomeStream(): Transport {
    this.#handle.readStop();
    const options: SocketConstructorOpts & { readonly handle: PipeHandle } = {
      handle: this.#handle,
      allowHalfOpen: true,
    };
    const stream = new StreamTransport(new Socket(options));
    this.#stream = stream;
    if (this.#receiver !== undefined) stream.start(this.#receiver);
    if (this.#isPaused) stream.pause();
    return stream;
  }

  pause(): void {
    if (this.#isPaused || this.#isClosed) return;
    this.#isPaused = true;
    if (this.#stream === undefined) this.#handle.readStop();
    else this.#stream.pause();
  }

  resume(): void {
    if (!this.#isPaused || this.#isClosed) return;
    this.#isPaused = false;
    if (this.#stream === undefined) this.#handle.readStart();
    else this.#stream.resume();
  }

  finish(): void {
    if (this.#stream === undefined) this.close();
    else this.#stream.finish();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#stream === undefined) this.#handle.close();
    else this.#stream.close();
  }
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
