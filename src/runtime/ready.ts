import { closeSync, writeSync } from 'node:fs';
import type { JsonObject, ToolstackError } from '../model/index.js';

/** Says, in a background process, on which descriptor its starter waits. */
export const READY_FD_VARIABLE = 'DOMOVOI_READY_FD';

/** What a background process says, once, on that descriptor: one line. */
export const READY_WORD = 'ready';
/** What it may say before that, as often as it likes: a line of its own. */
export const STARTING_WORD = 'starting';
export const FAILED_WORD = 'failed';

/**
 * Tells whoever started this process that it is open for business. Does nothing when nobody
 * waits, and the second time.
 */
export function notifyReady(info: JsonObject): void {
  notify(`${READY_WORD} ${JSON.stringify(info)}\n`);
}

/**
 * Tells whoever started this process that it is still about to be ready: it is given as much time
 * again. Does nothing when nobody waits.
 */
export function notifyStarting(): void {
  const descriptor = waitingDescriptor();
  if (descriptor !== undefined) say(descriptor, `${STARTING_WORD}\n`);
}

/** Tells whoever started this process why it cannot run. Does nothing when nobody waits. */
export function notifyFailed(error: ToolstackError): void {
  notify(`${FAILED_WORD} ${JSON.stringify(error.toJSON())}\n`);
}

function notify(line: string): void {
  const descriptor = waitingDescriptor();
  if (descriptor === undefined) return;
  // Processes that this one starts have something else under that number.
  delete process.env[READY_FD_VARIABLE];
  say(descriptor, line);
  closeSync(descriptor);
}

function waitingDescriptor(): number | undefined {
  const descriptor = process.env[READY_FD_VARIABLE];
  return descriptor !== undefined && /^\d+$/.test(descriptor) ? Number(descriptor) : undefined;
}

function say(descriptor: number, line: string): void {
  try {
    writeSync(descriptor, line);
  } catch (thrown) {
    // The starter has gone, which is no reason for this process not to run.
    if (!isBrokenPipe(thrown)) throw thrown;
  }
}

function isBrokenPipe(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPIPE';
}
