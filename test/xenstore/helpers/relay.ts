import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { dial } from '../../../src/xenstore/dial.js';
import { FrameDecoder, MessageType } from '../../../src/xenstore/wire.js';

/**
 * Stands between clients and a daemon, and can be cut: what a client sees of a daemon that is
 * killed, at a moment that the test chooses.
 */
export class Relay {
  readonly socketPath: string;
  /** How many connections it has accepted. */
  connections = 0;
  readonly #daemonPath: string;
  readonly #server: Server;
  /** The clients, and how many watches each has registered and not taken back. */
  readonly #watches = new Map<Socket, number>();
  #hook: { readonly type: MessageType; readonly act: () => void } | undefined;
  #mode: 'open' | 'deaf' | 'mute' | 'gone' = 'open';

  constructor(socketPath: string, daemonPath: string) {
    this.socketPath = socketPath;
    this.#daemonPath = daemonPath;
    this.#server = createServer((near) => this.#accept(near));
  }

  async listen(): Promise<this> {
    this.#server.listen(this.socketPath);
    await once(this.#server, 'listening');
    return this;
  }

  /** From now on requests do not get to the daemon. */
  dropRequests(): void {
    this.#mode = 'deaf';
  }

  /** From now on requests get to the daemon, and replies do not come back. */
  dropReplies(): void {
    this.#mode = 'mute';
  }

  /** From now on does this when it sees a request of that type, before it passes it on. */
  when(type: MessageType, act: () => void): void {
    this.#hook = { type, act };
  }

  /** Breaks all connections; those made from now on are broken at once. */
  cut(): void {
    this.#mode = 'gone';
    for (const socket of this.#watches.keys()) socket.destroy();
  }

  /** Passes on everything again, over new connections. */
  mend(): void {
    this.#mode = 'open';
  }

  /** Breaks all connections, and is there again at once. */
  blink(): void {
    this.cut();
    this.mend();
  }

  /** How many watches its clients have. */
  get watches(): number {
    return [...this.#watches.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Resolves when a client has connected. */
  async connected(): Promise<void> {
    await once(this.#server, 'connection');
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(near: Socket): void {
    this.connections += 1;
    if (this.#mode === 'gone') {
      near.destroy();
      return;
    }
    this.#watches.set(near, 0);
    near.on('close', () => this.#watches.delete(near));
    // An error is followed by 'close'.
    near.on('error', () => undefined);
    dial(this.#daemonPath).then(
      (far) => this.#pass(near, far),
      () => near.destroy(),
    );
  }

  #pass(near: Socket, far: Socket): void {
    if (near.destroyed) far.destroy();
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    far.on('error', () => undefined);
    const decoder = new FrameDecoder();
    near.on('data', (bytes: Buffer) => {
      decoder.feed(bytes);
      for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
        if (frame.type === this.#hook?.type) this.#hook.act();
        if (near.destroyed) return;
        const more = { [MessageType.WATCH]: 1, [MessageType.UNWATCH]: -1 }[frame.type] ?? 0;
        this.#watches.set(near, (this.#watches.get(near) ?? 0) + more);
      }
      if (this.#mode !== 'deaf') far.write(bytes);
    });
    far.on('data', (bytes: Buffer) => {
      if (this.#mode !== 'mute') near.write(bytes);
    });
  }
}
