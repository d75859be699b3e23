import type { Socket } from 'node:net';
import { join } from 'node:path';
import { type EnsureOptions, ensureRunning } from '../client/ensure.js';
import { ToolstackError } from '../model/index.js';
import type { StateDir } from '../runtime/state-dir.js';
import { dial } from '../xenstore/dial.js';
import { isXenStoreError } from '../xenstore/errors.js';

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
 * @throws ToolstackError daemon-unreachable
 * @throws XenStoreError EACCES, ETIMEDOUT
 */
export async function connectToStore(
  path: string,
  stateDir: StateDir,
  options: EnsureOptions,
): Promise<Socket> {
  const socket = await dialIfListening(path);
  if (socket !== undefined) return socket;
  if (path === stateDir.storeSocket) {
    await ensureRunning(stateDir, options, ['machine']);
    const ours = await dialIfListening(path);
    if (ours !== undefined) return ours;
  }
  throw new ToolstackError('daemon-unreachable', 'no store daemon listens there', {
    where: path,
    suggestions: [
      'Set XENSTORED_PATH to the socket of one, or unset it and XENSTORED_RUNDIR for the embedded machine.',
    ],
  });
}

async function dialIfListening(path: string): Promise<Socket | undefined> {
  try {
    return await dial(path);
  } catch (error) {
    if (isXenStoreError(error, 'ECONNREFUSED')) return undefined;
    throw error;
  }
}
