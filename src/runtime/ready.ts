import { closeSync, writeSync } from 'node:fs';
import type { JsonObject, ToolstackError } from '../model/index.js';

/** Says, in a background process, on which descriptor its starter waits. */
export const READY_FD_VARIABLE = 'DOMOVOI_READY_FD';

/** What a background process says, once, on that descriptor: one line. */
export const READY_WORD = 'ready';
export const FAILED_WORD = 'failed';

/**
 * Tells whoever started this process that it is open for business. Does nothing when nobody
 * waits, and the second time.
 */
export function notifyReady(info: JsonObject): void {
  notify(`${READY_WORD} ${JSON.stringify(info)}\n`);
}

/** Tells whoever started this process why it cannot run. Does nothing when nobody waits. */
export function notifyFailed(error: ToolstackError): void {
  notify(`${FAILED_WORD} ${JSON.stringify(error.toJSON())}\n`);
}

function notify(line: string): void {
  const descriptor = process.env[READY_FD_VARIABLE];
  if (descriptor === undefined || !/^\d+$/.test(descriptor)) return;
  // Processes that this one starts have something else under that number.
  delete process.env[READY_FD_VARIABLE];
  try {
    writeSync(Number(descriptor), line);
    closeSync(Number(descriptor));
  } catch (thrown) {
    // The starter has gone, which is no reason for this process not to run.
    if (!isBrokenPipe(thrown)) throw thrown;
  }
}

function isBrokenPipe(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPIPE';
}
