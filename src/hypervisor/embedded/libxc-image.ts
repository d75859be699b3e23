/**
 * The libxc migration stream, version 3 (docs/specs/libxc-migration-stream.pandoc of Xen): an image
 * header, a domain header, then records of type, length and body, padded to eight bytes.
 */
export const RecordType = {
  end: 0x0000_0000,
  pageData: 0x0000_0001,
  staticDataEnd: 0x0000_0010,
  /** Ours, and optional (bit 31): the registers of a simulated guest, as JSON. */
  simulatedVcpus: 0x8000_0d0d,
} as const;

const MARKER = 0xffff_ffff_ffff_ffffn;
const IMAGE_ID = 0x58454e46; // "XENF"
const VERSION = 3;
const PAGE_SHIFT = 12;
export const PAGE_BYTES = 1 << PAGE_SHIFT;
export const HEADER_BYTES = 40;
export const RECORD_HEADER_BYTES = 8;
const OPTIONAL = 0x8000_0000;
/** No record of ours or of libxc's comes near this. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

export function encodeHeader(paravirtual: boolean): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeBigUInt64BE(MARKER, 0);
  header.writeUInt32BE(IMAGE_ID, 8);
  header.writeUInt32BE(VERSION, 12);
  header.writeUInt32LE(paravirtual ? 1 : 2, 24);
  header.writeUInt16LE(PAGE_SHIFT, 28);
  header.writeUInt32LE(4, 32);
  header.writeUInt32LE(17, 36);
  return header;
}

/** @throws Error when this is not the beginning of such a stream */
export function checkHeader(header: Buffer): void {
  if (header.readBigUInt64BE(0) !== MARKER || header.readUInt32BE(8) !== IMAGE_ID) {
    throw new Error('this is no libxc image');
  }
  const version = header.readUInt32BE(12);
  if (version !== VERSION) throw new Error(`libxc image version ${version} is not supported`);
  if ((header.readUInt16BE(16) & 1) !== 0) throw new Error('big-endian images are not supported');
}

/** A record as the pieces of one write. */
export function encodeRecord(type: number, ...body: Uint8Array[]): Uint8Array[] {
  const length = body.reduce((sum, part) => sum + part.length, 0);
  const header = Buffer.alloc(RECORD_HEADER_BYTES);
  header.writeUInt32LE(type, 0);
  header.writeUInt32LE(length, 4);
  return [header, ...body, Buffer.alloc(paddingOf(length))];
}

export interface RecordHeader {
  readonly type: number;
  readonly length: number;
  readonly padding: number;
}

/** @throws Error on an impossible length */
export function decodeRecordHeader(header: Buffer): RecordHeader {
  const length = header.readUInt32LE(4);
  if (length > MAX_BODY_BYTES) throw new Error(`a record of ${length} bytes is too long`);
  return { type: header.readUInt32LE(0), length, padding: paddingOf(length) };
}

export function isOptional(type: number): boolean {
  return (type & OPTIONAL) !== 0;
}

/** PAGE_DATA: a count, the frame numbers as u64 with their type in the top bits, the pages. */
export function encodePageData(frames: readonly number[], pages: Uint8Array): Uint8Array[] {
  const head = Buffer.alloc(8 + frames.length * 8);
  head.writeUInt32LE(frames.length, 0);
  frames.forEach((frame, index) => {
    head.writeBigUInt64LE(BigInt(frame), 8 + index * 8);
  });
  return encodeRecord(RecordType.pageData, head, pages);
}

/** @throws Error when lengths do not agree, or a page has a type other than plain */
export function decodePageData(body: Buffer): { frames: number[]; pages: Buffer } {
  const count = body.length < 8 ? 0 : body.readUInt32LE(0);
  const start = 8 + count * 8;
  if (count === 0 || body.length !== start + count * PAGE_BYTES) {
    throw new Error(`PAGE_DATA of ${body.length} bytes cannot hold ${count} pages`);
  }
  const frames = Array.from({ length: count }, (_, index) => {
    const frame = body.readBigUInt64LE(8 + index * 8);
    if (frame > 0xffff_ffffn) throw new Error(`frame ${frame} is out of range or not a plain page`);
    return Number(frame);
  });
  return { frames, pages: body.subarray(start) };
}

function paddingOf(length: number): number {
  return (8 - (length % 8)) % 8;
}
