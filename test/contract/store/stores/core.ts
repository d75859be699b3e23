import type { Duplex } from 'node:stream';
import { encodeFrames, FrameDecoder } from '../../../../src/xenstore/wire.js';
import type { Connection } from '../../../../src/xenstored/connection.js';
import { duplexPair } from '../../../../src/xenstored/duplex-pair.js';
import { Core } from '../../../xenstored/helpers/core.js';
import { RawClient } from '../raw-client.js';
import type { StoreUnderTest } from '../store-under-test.js';
import { FakeHypervisor } from './hypervisor.js';

/** The store itself, its requests and its domains, without log, daemon or sockets. */
export function openCore(): StoreUnderTest {
  const hypervisor = new FakeHypervisor();
  const served = new Map<Duplex, Connection>();

  const end = (transport: Duplex, connection: Connection) => {
    transport.destroy();
    served.delete(transport);
    core.store.disconnect(connection);
  };
  const serve = (domid: number, transport: Duplex) => {
    const decoder = new FrameDecoder();
    const connection = core.connect(domid, () => queueMicrotask(flush));
    const flush = () => {
      // While the client does not read, what it is to hear waits in the outbox.
      if (transport.destroyed || transport.writableNeedDrain) return;
      const waiting = connection.outbox.take();
      if (waiting.length > 0) transport.write(encodeFrames(waiting));
    };
    transport.on('drain', flush);
    served.set(transport, connection);
    transport.on('close', () => end(transport, connection));
    transport.on('data', (chunk: Buffer) => {
      decoder.feed(chunk);
      try {
        for (let frame = decoder.next(); frame; frame = decoder.next()) {
          core.handle(connection, frame);
          core.settle();
        }
        flush();
      } catch {
        // What cannot be decoded ends the connection, here as in the daemon.
        end(transport, connection);
      }
    });
  };
  const disconnectDomain = (domid: number) => {
    for (const [transport, connection] of [...served]) {
      if (connection.domid === domid) end(transport, connection);
    }
  };
  const world = {
    domainState: (domid: number) => hypervisor.domainState(domid),
    openRing: (domid: number) => {
      const ring = hypervisor.connectRing(domid);
      return {
        serve: () => {
          disconnectDomain(domid);
          serve(domid, ring);
        },
        abandon: () => ring.destroy(),
      };
    },
    disconnectDomain,
  };
  const core = new Core({ world });
  core.store.commitOwn((edit) => {
    for (const path of ['/tool', '/tool/xenstored', '/local', '/local/domain']) {
      edit.create(path, '', core.store.tree.root.permissions);
    }
  });
  core.store.settled();

  return {
    kind: 'ours',
    connect: async () => {
      const [ours, theirs] = duplexPair();
      serve(0, ours);
      return new RawClient(theirs);
    },
    guest: async (domid) => new RawClient(hypervisor.guestEnd(domid)),
    setDomainState: (domid, state) => {
      hypervisor.states.set(domid, state);
    },
    domainsChanged: async () => {
      core.lifecycle.follow();
      core.store.settled();
    },
    close: async () => {
      for (const transport of [...served.keys()]) transport.destroy();
    },
  };
}
