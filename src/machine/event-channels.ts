import { type Domid, ToolstackError } from '../model/index.js';

type Channel =
  | { readonly state: 'unbound'; readonly remote: Domid; onEvent: (() => void) | undefined }
  | {
      readonly state: 'bound';
      readonly remote: Domid;
      readonly remotePort: number;
      onEvent: (() => void) | undefined;
    };

/** One domain's event channels. Ports count from 1, as Xen's do. */
export class EventChannels {
  readonly domid: Domid;
  readonly #peers: (domid: Domid) => EventChannels | undefined;
  readonly #channels = new Map<number, Channel>();
  #next = 1;

  constructor(domid: Domid, peers: (domid: Domid) => EventChannels | undefined) {
    this.domid = domid;
    this.#peers = peers;
  }

  /** A port that `remote` may bind to. */
  allocUnbound(remote: Domid): number {
    return this.#add({ state: 'unbound', remote, onEvent: undefined });
  }

  /** Binds to `remotePort` of `remote`; returns our port. @throws ToolstackError EINVAL */
  bindInterdomain(remote: Domid, remotePort: number, onEvent: () => void): number {
    const peer = this.#peers(remote);
    const far = peer === undefined ? undefined : peer.#channels.get(remotePort);
    if (peer === undefined || far?.state !== 'unbound' || far.remote !== this.domid) {
      throw new ToolstackError(
        'EINVAL',
        `port ${remotePort} of domain ${remote} is not open to domain ${this.domid}`,
      );
    }
    const port = this.#add({ state: 'bound', remote, remotePort, onEvent });
    peer.#channels.set(remotePort, {
      state: 'bound',
      remote: this.domid,
      remotePort: port,
      onEvent: far.onEvent,
    });
    return port;
  }

  /** Sets what runs when an event comes in on a port of ours. */
  listen(port: number, onEvent: () => void): void {
    const channel = this.#channels.get(port);
    if (channel === undefined) throw new ToolstackError('EINVAL', `port ${port} is not open`);
    channel.onEvent = onEvent;
  }

  /** Raises the event at the other end; an end that is not bound hears nothing, as in Xen. */
  notify(port: number): void {
    const channel = this.#channels.get(port);
    if (channel?.state !== 'bound') return;
    const peer = this.#peers(channel.remote);
    if (peer === undefined) return;
    // What was closed by the time it is delivered is not delivered.
    setImmediate(() => peer.#channels.get(channel.remotePort)?.onEvent?.());
  }

  /** Whether a port of ours has another end. */
  isBound(port: number): boolean {
    return this.#channels.get(port)?.state === 'bound';
  }

  close(port: number): void {
    const channel = this.#channels.get(port);
    this.#channels.delete(port);
    if (channel?.state !== 'bound') return;
    const peer = this.#peers(channel.remote);
    if (peer !== undefined) peer.#unbind(channel.remotePort);
  }

  closeAll(): void {
    for (const port of [...this.#channels.keys()]) this.close(port);
  }

  #unbind(port: number): void {
    const channel = this.#channels.get(port);
    if (channel?.state !== 'bound') return;
    this.#channels.set(port, {
      state: 'unbound',
      remote: channel.remote,
      onEvent: channel.onEvent,
    });
  }

  #add(channel: Channel): number {
    const port = this.#next;
    this.#next += 1;
    this.#channels.set(port, channel);
    return port;
  }
}
