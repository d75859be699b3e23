import { createConnection, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { growingWaits } from './backoff.js';
import { XenStoreError } from './errors.js';

/** How long a daemon may leave connections in its queue, in ms. */
const QUEUE_LIMIT_MS = 10_000;
const FIRST_WAIT_MS = 1;
const LONGEST_WAIT_MS = 50;

/**
 * Connects to a UNIX socket. While the daemon's queue of connections is full it tries again: the
 * real ones let one wait, and to those behind it the system says EAGAIN at once.
 * @throws XenStoreError ECONNREFUSED where no store daemon listens; EACCES; ETIMEDOUT when the queue
 * stays full
 */
export async function dial(socketPath: string, signal?: AbortSignal): Promise<Socket> {
  const giveUpAt = performance.now() + QUEUE_LIMIT_MS;
  const waits = growingWaits(FIRST_WAIT_MS, LONGEST_WAIT_MS);
  for (;;) {
    try {
      return await connect(socketPath);
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code;
      if (code !== 'EAGAIN') {
        const known = code === 'EACCES' ? code : 'ECONNREFUSED';
        throw new XenStoreError(known, `connect to ${socketPath}`, { cause });
      }
      if (performance.now() >= giveUpAt) {
        const what = `connect to ${socketPath}, whose queue stays full`;
        throw new XenStoreError('ETIMEDOUT', what, { cause });
      }
    }
    await delay(waits.next().value, undefined, signal === undefined ? {} : { signal });
  }
}

function connect(socketPath: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(socketPath);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}
