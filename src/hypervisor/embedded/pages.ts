import type { Domid } from '../../model/index.js';
import type { HypercallConnection } from './connection.js';

/** The machine takes more at a time; frames of about a MiB keep it responsive. */
export const PAGES_PER_CALL = 256;

/** Reads pages of a domain, some at a time; `bytes` are those of `frames`, one after another. */
export async function* readPages(
  machine: HypercallConnection,
  domid: Domid,
  frames: readonly number[],
): AsyncGenerator<{ readonly frames: readonly number[]; readonly bytes: Buffer }> {
  for (let start = 0; start < frames.length; start += PAGES_PER_CALL) {
    const batch = frames.slice(start, start + PAGES_PER_CALL);
    const numbers = Buffer.from(Uint32Array.from(batch).buffer);
    const { bytes } = await machine.call('readPages', { domid }, numbers);
    yield { frames: batch, bytes };
  }
}
