import {
  encodeFrames,
  Frame,
  MessageType,
  type OutgoingFrame,
} from '../../../src/xenstore/wire.js';
import type { Connection } from '../../../src/xenstored/connection.js';
import { Control } from '../../../src/xenstored/control.js';
import { Domains } from '../../../src/xenstored/domains.js';
import { type DomainWorld, Lifecycle } from '../../../src/xenstored/lifecycle.js';
import { Requests } from '../../../src/xenstored/requests.js';
import { Store } from '../../../src/xenstored/store.js';
import { Tree } from '../../../src/xenstored/tree.js';

export interface CoreOptions {
  readonly tree?: Tree;
  readonly domains?: Domains;
  /** Where domains live; without it all of them do, each with a ring that leads nowhere. */
  readonly world?: Partial<DomainWorld>;
  /** Makes the pending commits durable. */
  readonly write?: (store: Store) => void;
}

/** The store without log and sockets: a request is answered before the call returns. */
export class Core {
  readonly store: Store;
  readonly lifecycle: Lifecycle;
  readonly #requests: Requests;
  readonly #write: (store: Store) => void;

  constructor(options: CoreOptions = {}) {
    const domains = options.domains ?? new Domains();
    const tree = options.tree ?? Tree.empty(domains.specialPermissions('@releaseDomain'));
    this.store = new Store(tree, domains);
    this.#write = options.write ?? (() => undefined);
    this.lifecycle = new Lifecycle(this.store, {
      domainState: () => 'alive',
      openRing: () => ({ serve: () => undefined, abandon: () => undefined }),
      disconnectDomain: (domid) => {
        for (const connection of [...this.store.connectionsOf(domid)]) {
          this.store.disconnect(connection);
        }
      },
      settle: () => {
        this.settle();
        return true;
      },
      ...options.world,
    });
    this.#requests = new Requests(this.store, this.lifecycle, new Control(this.store, undefined));
  }

  /**
   * A connection of a domain, which becomes known by it.
   *
   * @param wake called when an event waits in the connection's outbox
   */
  connect(domid = 0, wake: () => void = () => undefined): Connection {
    if (!this.lifecycle.acquaint(domid)) throw new Error(`domain ${domid} does not exist`);
    return this.store.connect(domid, wake);
  }

  handle(connection: Connection, frame: Frame): void {
    this.#requests.handle(connection, frame);
  }

  settle(): void {
    this.#write(this.store);
    this.store.settled();
  }

  /** Looks at what the hypervisor says, as the daemon does when told that domains have changed. */
  look(): void {
    this.lifecycle.follow();
  }

  /** Does a request; its answer stays in the outbox, among the events. */
  send(connection: Connection, type: number, payload: string, transactionId = 0): void {
    const bytes = encodeFrames([{ type, requestId: 1, transactionId, payload }]);
    this.#requests.handle(connection, new Frame(bytes, 0, bytes.length));
  }

  /** The answer's payload, for an error its name alone; events stay in the outboxes. */
  ask(connection: Connection, type: number, payload: string, transactionId = 0): string {
    this.send(connection, type, payload, transactionId);
    const waiting = connection.outbox.take();
    const reply = waiting.find((frame) => frame.type !== MessageType.WATCH_EVENT);
    for (const frame of waiting) {
      if (frame !== reply) connection.outbox.event(textOf(frame), 0, false);
    }
    if (reply === undefined) throw new Error('a request was not answered');
    const text = textOf(reply);
    return reply.type === MessageType.ERROR ? text.slice(0, -1) : text;
  }

  /** Takes the paths of the events that wait for a connection. */
  events(connection: Connection): string[] {
    return connection.outbox.take().map((frame) => textOf(frame).split('\0')[0] ?? '');
  }

  /** Takes all that waits for a connection: `EVENT path token` or the text of a reply. */
  messages(connection: Connection): string[] {
    return connection.outbox.take().map((frame) => {
      const text = textOf(frame);
      return frame.type === MessageType.WATCH_EVENT
        ? `EVENT ${text.slice(0, -1).replaceAll('\0', ' ')}`
        : text;
    });
  }
}

function textOf(frame: OutgoingFrame): string {
  return typeof frame.payload === 'string' ? frame.payload : '';
}
