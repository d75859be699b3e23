import type { Writable } from 'node:stream';
import { type Domid, ToolstackError } from '../../model/index.js';
import type { SaveCallbacks, SaveResult } from '../hypervisor.js';
import { cancellation } from './cancellation.js';
import type { HypercallConnection } from './connection.js';
import { encodeHeader, encodePageData, encodeRecord, RecordType } from './libxc-image.js';
import { readPages } from './pages.js';
import { setBits } from './set-bits.js';
import { Sink } from './sink.js';

/** Sends a domain as a libxc image, live: what libxc's xc_domain_save does on real Xen. */
export async function saveDomain(
  machine: HypercallConnection,
  domid: Domid,
  output: Writable,
  callbacks: SaveCallbacks,
  signal: AbortSignal,
): Promise<SaveResult> {
  const { result: found } = await machine.call('domain', { domid });
  if (found.domain === null)
    throw new ToolstackError('ESRCH', `the hypervisor has no domain ${domid}`);
  const sink = new Sink(output, signal);
  if (signal.aborted) throw cancellation(signal);
  await machine.call('logDirty', { domid, enable: true });
  try {
    await sink.write([encodeHeader(found.domain.type === 'pv')]);
    await sink.write(encodeRecord(RecordType.staticDataEnd));
    const live = await sendLive(machine, domid, sink, callbacks);
    await callbacks.suspend();
    const { rounds } = live;
    const dirty = await dirtyFrames(machine, domid);
    const last = await sendFrames(machine, domid, sink, dirty, (sent, total) =>
      callbacks.onProgress(rounds, sent, total),
    );
    const { result: context } = await machine.call('getContext', { domid });
    await sink.write(encodeRecord(RecordType.simulatedVcpus, Buffer.from(JSON.stringify(context))));
    await sink.write(encodeRecord(RecordType.end));
    return { rounds: rounds + 1, sentPages: live.sentPages + last };
  } finally {
    sink.close();
    // The domain may be gone by now, or the machine: then there is nothing to switch off.
    await machine.call('logDirty', { domid, enable: false }).catch(() => undefined);
  }
}

async function sendLive(
  machine: HypercallConnection,
  domid: Domid,
  sink: Sink,
  callbacks: SaveCallbacks,
): Promise<SaveResult> {
  let sentPages = 0;
  for (let round = 0; ; round += 1) {
    const startedAt = performance.now();
    const frames =
      round === 0 ? await allFrames(machine, domid) : await dirtyFrames(machine, domid);
    sentPages += await sendFrames(machine, domid, sink, frames, (sent, total) =>
      callbacks.onProgress(round, sent, total),
    );
    const { result: dirty } = await machine.call('countDirty', { domid });
    const decision = callbacks.decide({
      round,
      sentPages: frames.length,
      dirtyPages: dirty.count,
      durationMs: performance.now() - startedAt,
    });
    if (decision === 'abort') throw new ToolstackError('cancelled', 'the migration was given up');
    if (decision === 'stop-and-copy') return { rounds: round + 1, sentPages };
  }
}

async function allFrames(machine: HypercallConnection, domid: Domid): Promise<number[]> {
  const { bytes } = await machine.call('populated', { domid });
  return [...setBits(bytes)];
}

async function dirtyFrames(machine: HypercallConnection, domid: Domid): Promise<number[]> {
  const { bytes } = await machine.call('takeDirty', { domid });
  return [...setBits(bytes)];
}

async function sendFrames(
  machine: HypercallConnection,
  domid: Domid,
  sink: Sink,
  frames: readonly number[],
  onProgress: (sentPages: number, totalPages: number) => void,
): Promise<number> {
  let sent = 0;
  for await (const { frames: batch, bytes } of readPages(machine, domid, frames)) {
    await sink.write(encodePageData(batch, bytes));
    sent += batch.length;
    onProgress(sent, frames.length);
  }
  return sent;
}
