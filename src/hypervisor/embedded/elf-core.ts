import type { XenVersion } from '../../model/index.js';

/*
 * The core file that `xc_domain_dumpcore` writes (docs/misc/dump-core-format.txt of Xen): an ELF64
 * file without program headers; notes say what it is, `.xen_pages` holds the memory and `.xen_pfn`
 * which frame each page is.
 */

const PAGE_BYTES = 4096;
const ELF_HEADER_BYTES = 64;
const SECTION_HEADER_BYTES = 64;
const ET_CORE = 4;
const EM_X86_64 = 62;
const SHT_PROGBITS = 1;
const SHT_STRTAB = 3;
const SHT_NOTE = 7;
const NOTE_NONE = 0x200_0000;
const NOTE_HEADER = 0x200_0001;
const NOTE_XEN_VERSION = 0x200_0002;
const NOTE_FORMAT_VERSION = 0x200_0003;
const MAGIC = { pv: 0xf00f_ebedn, hvm: 0xf00f_ebeen } as const;
const FORMAT_VERSION = 1n;

export interface CoreFacts {
  readonly paravirtual: boolean;
  readonly vcpus: number;
  readonly xen: XenVersion;
  /** The page frames whose pages follow, in their order. */
  readonly frames: readonly number[];
}

/** All of the core before its pages, which are to follow it, one after another. */
export function encodeCoreHead(facts: CoreFacts): Buffer {
  const names = ['', '.note.Xen', '.xen_pfn', '.shstrtab', '.xen_pages'];
  const bodies = [
    encodeNotes(facts),
    u64s(facts.frames.map(BigInt)),
    Buffer.from(`${names.join('\0')}\0`),
  ];
  const types = [SHT_NOTE, SHT_PROGBITS, SHT_STRTAB];
  const entrySizes = [0, 8, 0];
  const parts: Buffer[] = [];
  const sections: Buffer[] = [Buffer.alloc(SECTION_HEADER_BYTES)];
  let offset = ELF_HEADER_BYTES + names.length * SECTION_HEADER_BYTES;
  bodies.forEach((body, index) => {
    const padding = Buffer.alloc((8 - (body.length % 8)) % 8);
    sections.push(
      encodeSection({
        name: nameOffset(names, index + 1),
        type: types[index] ?? SHT_PROGBITS,
        offset,
        size: body.length,
        alignment: entrySizes[index] ?? 0,
        entrySize: entrySizes[index] ?? 0,
      }),
    );
    parts.push(body, padding);
    offset += body.length + padding.length;
  });
  const toPage = Buffer.alloc((PAGE_BYTES - (offset % PAGE_BYTES)) % PAGE_BYTES);
  sections.push(
    encodeSection({
      name: nameOffset(names, names.length - 1),
      type: SHT_PROGBITS,
      offset: offset + toPage.length,
      size: facts.frames.length * PAGE_BYTES,
      alignment: PAGE_BYTES,
      entrySize: PAGE_BYTES,
    }),
  );
  return Buffer.concat([encodeElfHeader(names.length, 3), ...sections, ...parts, toPage]);
}

function encodeElfHeader(sections: number, stringSection: number): Buffer {
  const header = Buffer.alloc(ELF_HEADER_BYTES);
  // 64 bit, little-endian, version 1.
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1], 0);
  header.writeUInt16LE(ET_CORE, 16);
  header.writeUInt16LE(EM_X86_64, 18);
  header.writeUInt32LE(1, 20);
  header.writeBigUInt64LE(BigInt(ELF_HEADER_BYTES), 40);
  header.writeUInt16LE(ELF_HEADER_BYTES, 52);
  header.writeUInt16LE(SECTION_HEADER_BYTES, 58);
  header.writeUInt16LE(sections, 60);
  header.writeUInt16LE(stringSection, 62);
  return header;
}

function encodeSection(section: {
  readonly name: number;
  readonly type: number;
  readonly offset: number;
  readonly size: number;
  readonly alignment: number;
  readonly entrySize: number;
}): Buffer {
  const header = Buffer.alloc(SECTION_HEADER_BYTES);
  header.writeUInt32LE(section.name, 0);
  header.writeUInt32LE(section.type, 4);
  header.writeBigUInt64LE(BigInt(section.offset), 24);
  header.writeBigUInt64LE(BigInt(section.size), 32);
  header.writeBigUInt64LE(BigInt(section.alignment), 48);
  header.writeBigUInt64LE(BigInt(section.entrySize), 56);
  return header;
}

function encodeNotes({ paravirtual, vcpus, xen, frames }: CoreFacts): Buffer {
  const magic = paravirtual ? MAGIC.pv : MAGIC.hvm;
  const numbers = [magic, BigInt(vcpus), BigInt(frames.length), BigInt(PAGE_BYTES)];
  return Buffer.concat([
    encodeNote(NOTE_NONE, Buffer.alloc(0)),
    encodeNote(NOTE_HEADER, u64s(numbers)),
    encodeNote(NOTE_XEN_VERSION, encodeVersion(xen)),
    encodeNote(NOTE_FORMAT_VERSION, u64s([FORMAT_VERSION])),
  ]);
}

function encodeNote(type: number, body: Buffer): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt32LE(4, 0);
  head.writeUInt32LE(body.length, 4);
  head.writeUInt32LE(type, 8);
  head.write('Xen', 12);
  return Buffer.concat([head, body]);
}

/** `struct xen_dumpcore_elfnote_xen_version_desc` of xenctrl.h. */
function encodeVersion(xen: XenVersion): Buffer {
  return Buffer.concat([
    u64s([BigInt(xen.major), BigInt(xen.minor)]),
    fixedText(xen.extra, 16),
    fixedText(xen.compiler, 64),
    fixedText(xen.compileBy, 16),
    fixedText(xen.compileDomain, 32),
    fixedText(xen.compileDate, 32),
    fixedText(xen.capabilities, 1024),
    fixedText(xen.changeset, 64),
    u64s([BigInt(xen.platformParameters), BigInt(xen.pageSize)]),
  ]);
}

function fixedText(text: string, bytes: number): Buffer {
  const field = Buffer.alloc(bytes);
  field.write(text, 0, bytes - 1);
  return field;
}

function u64s(values: readonly bigint[]): Buffer {
  return Buffer.from(BigUint64Array.from(values).buffer);
}

function nameOffset(names: readonly string[], index: number): number {
  return names.slice(0, index).reduce((sum, name) => sum + name.length + 1, 0);
}
