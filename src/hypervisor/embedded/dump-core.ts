import type { Writable } from 'node:stream';
import { type Domid, ToolstackError } from '../../model/index.js';
import { cancellation } from './cancellation.js';
import type { HypercallConnection } from './connection.js';
import { encodeCoreHead } from './elf-core.js';
import { readPages } from './pages.js';
import { setBits } from './set-bits.js';
import { Sink } from './sink.js';

/** Writes a domain's memory as an ELF core: what libxc's xc_domain_dumpcore does on real Xen. */
export async function dumpCore(
  machine: HypercallConnection,
  domid: Domid,
  output: Writable,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) throw cancellation(signal);
  const { domain } = (await machine.call('domain', { domid })).result;
  if (domain === null) throw new ToolstackError('ESRCH', `the hypervisor has no domain ${domid}`);
  const { xen } = (await machine.call('hostDetails', {})).result;
  const frames = [...setBits((await machine.call('populated', { domid })).bytes)];
  const sink = new Sink(output, signal);
  try {
    const facts = { paravirtual: domain.type === 'pv', vcpus: domain.vcpus, xen, frames };
    await sink.write([encodeCoreHead(facts)]);
    for await (const { bytes } of readPages(machine, domid, frames)) await sink.write([bytes]);
  } finally {
    sink.close();
  }
}
