import { type Duplex, Readable } from 'node:stream';
import { StoreConnection } from '../xenstore/connection.js';
import { stringsPayload } from '../xenstore/requests.js';
import { MessageType } from '../xenstore/wire.js';
import { inWords } from './store-failure.js';

/**
 * Watches `paths`, each with itself as token, and gives the paths of the events in the order in
 * which they come and as often. The stream fails when the connection is lost.
 * @throws ToolstackError when one of them cannot be watched
 */
export async function watchPaths(transport: Duplex, paths: readonly string[]): Promise<Readable> {
  const events = new Readable({
    objectMode: true,
    read: () => undefined,
    destroy: (error, done) => void connection.close().then(() => done(error)),
  });
  const connection = new StoreConnection(
    transport,
    (path) => events.push(path),
    (error) => events.destroy(error),
  );
  // Whoever reads is told, also when that is later.
  events.on('error', () => undefined);
  try {
    for (const path of paths) {
      await inWords(
        `Unable to add watch on ${path}`,
        connection.request(MessageType.WATCH, 0, stringsPayload(path, path), {
          verb: 'watch',
          path,
        }),
      );
    }
  } catch (thrown) {
    await connection.close();
    throw thrown;
  }
  return events;
}
