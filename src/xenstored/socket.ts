import { chmodSync, rmSync, statSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { XenStoreError } from '../xenstore/errors.js';

/** Connections that may wait to be accepted; the C daemon allows one. */
const BACKLOG = 1024;

export interface ListeningSocket {
  /** Accepts no more and removes the socket file. Connections go on. */
  close(): Promise<void>;
}

/** Listens on a UNIX socket that only its owner may use. EBUSY when somebody listens there. */
export async function listenOn(
  path: string,
  accept: (socket: Socket) => void,
): Promise<ListeningSocket> {
  if (statSync(path, { throwIfNoEntry: false })?.isSocket()) await removeStale(path);
  const server = createServer({ allowHalfOpen: true }, accept);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ path, backlog: BACKLOG }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  chmodSync(path, 0o600);
  return {
    close: async () => {
      // The connections are ended by others, so this does not wait for the last of them.
      server.close();
      rmSync(path, { force: true });
    },
  };
}

async function removeStale(path: string): Promise<void> {
  const isAlive = await new Promise<boolean>((resolve) => {
    const probe = createConnection(path);
    const answer = (alive: boolean) => {
      probe.destroy();
      resolve(alive);
    };
    probe.once('connect', () => answer(true));
    probe.once('error', () => answer(false));
  });
  if (isAlive) throw new XenStoreError('EBUSY', `listen on ${path}: another daemon does`);
  rmSync(path);
}
