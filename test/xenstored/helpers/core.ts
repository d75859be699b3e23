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

/** The store without log and sockets: a request is answered before the call returns. */
export class Core {
  readonly store: Store;
  readonly lifecycle: Lifecycle;
  readonly #requests: Requests;

  /** @param world where domains live; without it all of them do, and none has a ring */
  constructor(world: Partial<DomainWorld> = {}) {
    const domains = new Domains();
    this.store = new Store(Tree.empty(domains.specialPermissions('@releaseDomain')), domains);
    this.lifecycle = new Lifecycle(this.store, {
      domainState: () => 'alive',
      openRing: () => undefined,
      disconnectDomain: () => undefined,
      settle: () => {
        this.store.settled();
        return true;
      },
      ...world,
    });
    const control = new Control(this.store, undefined);
    this.#requests = new Requests(this.store, this.lifecycle, control);
  }

  /** @param wake called when something waits in the connection's outbox */
  connect(domid = 0, wake: () => void = () => undefined): Connection {
    return this.store.connect(domid, wake);
  }

  handle(connection: Connection, frame: Frame): void {
    this.#requests.handle(connection, frame);
    this.store.settled();
  }

  /** The answer's payload, for an error its name alone; events stay in the outboxes. */
  ask(connection: Connection, type: number, payload: string, transactionId = 0): string {
    const bytes = encodeFrames([{ type, requestId: 1, transactionId, payload }]);
    this.#requests.handle(connection, new Frame(bytes, 0, bytes.length));
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
}

function textOf(frame: OutgoingFrame): string {
  return typeof frame.payload === 'string' ? frame.payload : '';
}
