import { connect, type Socket } from 'node:net';
import { ToolstackError, toToolstackError } from '../model/index.js';

const CONNECT_TIMEOUT_MS = 5_000;

/** Why a connection to a UNIX socket was not made: there is no socket, or nobody listens on it. */
export function isNobodyListening(thrown: unknown): boolean {
  return (
    thrown instanceof Error &&
    'code' in thrown &&
    (thrown.code === 'ENOENT' || thrown.code === 'ECONNREFUSED')
  );
}

/**
 * Whether a process listens on a UNIX socket, found out by connecting to it: a file that a killed
 * process left behind says nothing.
 * @throws ToolstackError EACCES when the socket is somebody else's
 */
export async function isListening(socketPath: string): Promise<boolean> {
  const socket = await connectIfListening(socketPath);
  socket?.destroy();
  return socket !== undefined;
}

/**
 * A connection to a UNIX socket; undefined when nobody listens there. Its errors are the caller's
 * to listen for.
 */
export function connectIfListening(socketPath: string): Promise<Socket | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath);
    const timer = setTimeout(
      () => socket.destroy(new Error(`no connection within ${CONNECT_TIMEOUT_MS / 1000} seconds`)),
      CONNECT_TIMEOUT_MS,
    );
    socket.once('connect', onConnect).once('error', onError);

    function onConnect(): void {
      clearTimeout(timer);
      socket.off('error', onError);
      resolve(socket);
    }
    function onError(error: Error): void {
      clearTimeout(timer);
      if (isNobodyListening(error)) resolve(undefined);
      else reject(unusable(socketPath, error));
    }
  });
}

function unusable(socketPath: string, error: Error): ToolstackError {
  return new ToolstackError(toToolstackError(error).code, `cannot connect: ${error.message}`, {
    where: socketPath,
    suggestions: ['Check that the state directory is yours: see DOMOVOI_STATE_DIR.'],
    cause: error,
  });
}
