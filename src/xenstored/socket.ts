import { chmodSync, rmSync, statSync } from 'node:fs';
import { createConnection, createServer, type Server } from 'node:net';
import { XenStoreError } from '../xenstore/errors.js';
import { acceptBare } from './bare-socket.js';
import { StreamTransport, type Transport } from './transport.js';

/** Connections that may wait to be accepted; the C daemon allows one. */
const BACKLOG = 1024;

export type Accept = (transport: Transport) => void;

export interface ListeningSocket {
  /** Accepts no more and removes the socket file. Connections go on. */
  close(): void;
}

/**
 * Listens on a UNIX socket. A socket file that a dead daemon left is replaced; EBUSY when somebody
 * listens there.
 *
 * @param mode the permissions of the socket file
 */
export async function listenOn(
  path: string,
  mode: number,
  accept: Accept,
): Promise<ListeningSocket> {
  if (statSync(path, { throwIfNoEntry: false })?.isSocket()) await removeStale(path);
  const server = newServer(accept);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ path, backlog: BACKLOG }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return listening(server, path, mode, accept);
}

/**
 * Listens on a UNIX socket where nobody else may, so that it can be connected to when this returns.
 *
 * @param failed told when that is not possible; then nothing listens
 */
export function listenAtOnce(
  path: string,
  mode: number,
  accept: Accept,
  failed: (error: Error) => void,
): ListeningSocket {
  rmSync(path, { force: true });
  const server = newServer(accept).on('error', failed);
  // Binds before it returns: only what goes wrong is told later.
  server.listen({ path, backlog: BACKLOG });
  return server.listening ? listening(server, path, mode, accept) : { close: () => undefined };
}

function newServer(accept: Accept): Server {
  return createServer({ allowHalfOpen: true }, (socket) => accept(new StreamTransport(socket)));
}

function listening(server: Server, path: string, mode: number, accept: Accept): ListeningSocket {
  acceptBare(server, accept);
  chmodSync(path, mode);
  return {
    close: () => {
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
