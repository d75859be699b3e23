import type { Socket } from 'node:net';
import { join } from 'node:path';
import { ToolstackError } from '../model/index.js';
import { connectIfListening } from '../runtime/running.js';
import type { StateDir } from '../runtime/state-dir.js';
import { type EnsureOptions, ensureRunning } from './ensure.js';

/**
 * The socket of the store daemon that is meant: as for libxenstore `XENSTORED_PATH`, or `socket` in
 * `XENSTORED_RUNDIR`; without either the one of the embedded machine. Empty is not set.
 */
export function storeSocketPath(
  stateDir: StateDir,
  env: Readonly<Record<string, string | undefined>>,
): string {
  if (env.XENSTORED_PATH) return env.XENSTORED_PATH;
  return env.XENSTORED_RUNDIR ? join(env.XENSTORED_RUNDIR, 'socket') : stateDir.storeSocket;
}

/**
 * Connects to a store daemon; starts the embedded machine when it is the machine's and nobody
 * listens there.
 * @throws ToolstackError daemon-unreachable, EACCES
 */
export async function connectToStore(
  path: string,
  stateDir: StateDir,
  options: EnsureOptions,
): Promise<Socket> {
  const socket = await connectIfListening(path);
  if (socket !== undefined) return socket;
  if (path === stateDir.storeSocket) {
    await ensureRunning(stateDir, options, ['machine']);
    const ours = await connectIfListening(path);
    if (ours !== undefined) return ours;
  }
  throw new ToolstackError('daemon-unreachable', 'no store daemon listens there', {
    where: path,
    suggestions: [
      'Set XENSTORED_PATH to the socket of one, or unset it and XENSTORED_RUNDIR for the embedded machine.',
    ],
  });
}
