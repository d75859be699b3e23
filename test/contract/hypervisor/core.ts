import { PassThrough } from 'node:stream';
import type { Hypervisor } from '../../../src/hypervisor/hypervisor.js';
import type { Domid } from '../../../src/model/index.js';

/** A domain's core, read into memory. */
export async function dump(hypervisor: Hypervisor, domid: Domid): Promise<Buffer> {
  const stream = new PassThrough();
  const parts: Buffer[] = [];
  stream.on('data', (part: Buffer) => parts.push(part));
  await hypervisor.dumpCore(domid, stream, new AbortController().signal);
  return Buffer.concat(parts);
}

export interface Core {
  /** 4 is ET_CORE. */
  readonly type: number;
  readonly header: {
    readonly magic: bigint;
    readonly vcpus: bigint;
    readonly pages: bigint;
    readonly pageSize: bigint;
  };
  readonly frames: readonly number[];
  readonly pages: Buffer;
}

/** Reads a core as crash(8) does: by the names of its sections. PV cores of Xen have a `.xen_p2m`. */
export function parseCore(file: Buffer): Core {
  if (file.toString('latin1', 0, 7) !== '\x7fELF\x02\x01\x01') throw new Error('not an ELF64 file');
  const table = Number(file.readBigUInt64LE(40));
  const header = (index: number): number => table + index * file.readUInt16LE(58);
  const body = (at: number): Buffer => {
    const offset = Number(file.readBigUInt64LE(at + 24));
    return file.subarray(offset, offset + Number(file.readBigUInt64LE(at + 32)));
  };
  const strings = body(header(file.readUInt16LE(62)));
  const sections = new Map<string, Buffer>();
  for (let index = 0; index < file.readUInt16LE(60); index += 1) {
    const from = file.readUInt32LE(header(index));
    sections.set(strings.toString('latin1', from, strings.indexOf(0, from)), body(header(index)));
  }
  const note = findNote(section(sections, '.note.Xen'), 0x200_0001);
  return {
    type: file.readUInt16LE(16),
    header: {
      magic: note.readBigUInt64LE(0),
      vcpus: note.readBigUInt64LE(8),
      pages: note.readBigUInt64LE(16),
      pageSize: note.readBigUInt64LE(24),
    },
    frames: readFrames(sections),
    pages: section(sections, '.xen_pages'),
  };
}

function readFrames(sections: ReadonlyMap<string, Buffer>): number[] {
  const pairs = sections.get('.xen_p2m');
  const [table, bytes] = pairs === undefined ? [section(sections, '.xen_pfn'), 8] : [pairs, 16];
  return Array.from({ length: table.length / bytes }, (_, index) =>
    Number(table.readBigUInt64LE(index * bytes)),
  );
}

function findNote(notes: Buffer, wanted: number): Buffer {
  for (let at = 0; at < notes.length; ) {
    const size = notes.readUInt32LE(at + 4);
    if (notes.readUInt32LE(at + 8) === wanted) return notes.subarray(at + 16, at + 16 + size);
    at += 16 + size;
  }
  throw new Error(`there is no note ${wanted}`);
}

function section(sections: ReadonlyMap<string, Buffer>, name: string): Buffer {
  const found = sections.get(name);
  if (found === undefined) throw new Error(`there is no section ${name}`);
  return found;
}
