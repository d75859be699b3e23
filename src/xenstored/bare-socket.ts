import { readSync, writeSync } from 'node:fs';
import { type OnReadOpts, type Server, Socket, type SocketConstructorOpts } from 'node:net';
import { type Receiver, StreamTransport, type Transport } from './transport.js';

/**
 * Node's own object for an accepted connection, below `net.Socket`. Not documented, the same since
 * Node 12: see docs/decisions/0007-bare-sockets.md.
 */
interface PipeHandle {
  readonly fd: number;
  /** Bytes read so far. */
  readonly bytesRead: number;
  /** Called when something was read, at the end, when reading failed, and when nothing is there. */
  onread: (() => void) | undefined;
  /** Has everything read into this, in place of a buffer for each time. */
  useUserBuffer(buffer: Uint8Array): void;
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
    ['readStart', 'readStop', 'close', 'useUserBuffer', 'bytesRead'].every(
      (key) => key in handle,
    ) &&
    'fd' in handle &&
    typeof handle.fd === 'number' &&
    handle.fd >= 0
  );
}

/** Everything is read into this, and understood before the next is read. */
const input = Buffer.allocUnsafeSlow(64 * 1024);

/** A connection without a stream around it, until its client reads too slowly to do without. */
class BareSocket implements Transport {
  readonly #handle: PipeHandle;
  readonly #fd: number;
  #receiver: Receiver | undefined;
  #stream: Transport | undefined;
  #isPaused = false;
  #isClosed = false;

  constructor(handle: PipeHandle) {
    this.#handle = handle;
    this.#fd = handle.fd;
  }

  start(receiver: Receiver): void {
    this.#receiver = receiver;
    const handle = this.#handle;
    handle.useUserBuffer(input);
    let before = handle.bytesRead;
    let wasFull = false;
    handle.onread = () => {
      if (this.#isClosed) return;
      const length = handle.bytesRead - before;
      before += length;
      if (length > 0) receiver.received(input, length);
      else if (wasFull) this.#readNothing(receiver);
      else receiver.ended();
      wasFull = length === input.length;
    };
    handle.readStart();
  }

  /** What fills the buffer is followed by another try: it found the end, or no more for now. */
  #readNothing(receiver: Receiver): void {
    try {
      const length = readSync(this.#fd, input);
      if (length > 0) receiver.received(input, length);
      else receiver.ended();
    } catch (error) {
      if (!isErrno(error, 'EAGAIN')) receiver.ended();
    }
  }

  send(bytes: Buffer, length: number): boolean {
    if (this.#isClosed) return true;
    if (this.#stream !== undefined) return this.#stream.send(bytes, length);
    let sent = 0;
    try {
      sent = writeSync(this.#fd, bytes, 0, length);
    } catch (error) {
      if (!isErrno(error, 'EAGAIN')) {
        this.#fail(error);
        return true;
      }
    }
    return sent === length || this.#becomeStream().send(bytes.subarray(sent), length - sent);
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
    const receiver = this.#receiver;
    const options: SocketConstructorOpts & { handle: PipeHandle; onread: OnReadOpts } = {
      handle: this.#handle,
      allowHalfOpen: true,
      onread: {
        buffer: input,
        callback: (length) => {
          receiver?.received(input, length);
          return true;
        },
      },
    };
    const stream = new StreamTransport(new Socket(options));
    this.#stream = stream;
    if (receiver !== undefined) stream.start(receiver);
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
