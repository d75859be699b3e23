import { crc32 } from 'node:zlib';
import type { Access, Permission } from '../../xenstore/permissions.js';
import type { Commit } from '../commit.js';
import { type DomainMutation, type DomainRecord, specialNames } from '../domains.js';
import { MisfitError, type Mutation, type PermissionList } from '../tree.js';
import { ByteReader, type ByteWriter } from './bytes.js';

/**
 * The log is a row of records: u32 length of the body, u32 CRC-32 of the body, body. It begins with
 * a header and the nodes and domains of a snapshot; commits follow, those of one write in one record.
 */
export type LogRecord =
  | { readonly kind: 'header'; readonly generation: number }
  | { readonly kind: 'nodes'; readonly nodes: readonly SnapshotNode[] }
  | { readonly kind: 'commits'; readonly commits: readonly Commit[] };

/** A node as a snapshot holds it. Parents come before children, siblings in order of creation. */
export interface SnapshotNode {
  readonly path: string;
  readonly value: string;
  readonly permissions: PermissionList;
  readonly generation: number;
}

const FRAME_BYTES = 8;
const MAGIC = 'domovoi xenstore log 1';
const Kind = { header: 1, nodes: 2, commits: 3 } as const;
const Tag = {
  create: 1,
  write: 2,
  permissions: 3,
  remove: 4,
  domain: 5,
  'domain-gone': 6,
  special: 7,
  epoch: 8,
  /** Not a change: another commit follows. */
  'next-commit': 9,
} as const;
const letters: readonly Access[] = ['n', 'r', 'w', 'b'];

/** Appends a record to what `writer` holds. */
export function writeRecord(writer: ByteWriter, record: LogRecord): void {
  const start = writer.length;
  writer.u32(0);
  writer.u32(0);
  writer.u8(Kind[record.kind]);
  switch (record.kind) {
    case 'header':
      writer.text(MAGIC);
      writer.u48(record.generation);
      break;
    case 'nodes':
      for (const node of record.nodes) writeNode(writer, node);
      break;
    case 'commits':
      for (const [index, commit] of record.commits.entries()) {
        if (index > 0) writer.u8(Tag['next-commit']);
        writeCommit(writer, commit);
      }
      break;
  }
  const body = writer.view(start + FRAME_BYTES);
  writer.patchU32(start, body.length);
  writer.patchU32(start + 4, crc32(body));
}

/** The record at `offset` and where the next begins; undefined when it is torn or damaged. */
export function readRecord(
  bytes: Buffer,
  offset: number,
): { record: LogRecord; end: number } | undefined {
  const bodyStart = offset + FRAME_BYTES;
  if (bodyStart > bytes.length) return undefined;
  const end = bodyStart + bytes.readUInt32LE(offset);
  if (end > bytes.length) return undefined;
  const body = bytes.subarray(bodyStart, end);
  if (crc32(body) !== bytes.readUInt32LE(offset + 4)) return undefined;
  const record = readBody(new ByteReader(body));
  return record === undefined ? undefined : { record, end };
}

function readBody(reader: ByteReader): LogRecord | undefined {
  if (reader.isAtEnd) return undefined;
  switch (reader.u8()) {
    case Kind.header:
      if (reader.text() !== MAGIC) return undefined;
      return { kind: 'header', generation: reader.u48() };
    case Kind.nodes: {
      const nodes: SnapshotNode[] = [];
      while (!reader.isAtEnd) nodes.push(readNode(reader));
      return { kind: 'nodes', nodes };
    }
    case Kind.commits:
      return { kind: 'commits', commits: readCommits(reader) };
    default:
      return undefined;
  }
}

function writeNode(writer: ByteWriter, node: SnapshotNode): void {
  writer.text(node.path);
  writer.text(node.value);
  writePermissions(writer, node.permissions);
  writer.u48(node.generation);
}

function readNode(reader: ByteReader): SnapshotNode {
  return {
    path: reader.text(),
    value: reader.text(),
    permissions: readPermissions(reader),
    generation: reader.u48(),
  };
}

function writeCommit(writer: ByteWriter, commit: Commit): void {
  writer.u48(commit.generation);
  writer.u32(commit.domid);
  writer.u32(commit.mutations.length);
  for (const mutation of commit.mutations) writeMutation(writer, mutation);
  for (const mutation of commit.domains) writeDomainMutation(writer, mutation);
}

function readCommits(reader: ByteReader): Commit[] {
  const commits: Commit[] = [];
  for (;;) {
    const generation = reader.u48();
    const domid = reader.u32();
    const count = reader.u32();
    const mutations: Mutation[] = [];
    for (let index = 0; index < count; index++) mutations.push(readMutation(reader));
    const domains: DomainMutation[] = [];
    commits.push({ domid, generation, mutations, domains });
    for (;;) {
      if (reader.isAtEnd) return commits;
      const tag = reader.u8();
      if (tag === Tag['next-commit']) break;
      domains.push(readDomainMutation(reader, tag));
    }
  }
}

function writeMutation(writer: ByteWriter, mutation: Mutation): void {
  writer.u8(Tag[mutation.kind]);
  writer.text(mutation.path);
  switch (mutation.kind) {
    case 'create':
      writer.text(mutation.value);
      writePermissions(writer, mutation.permissions);
      return;
    case 'write':
      writer.text(mutation.value);
      return;
    case 'permissions':
      writePermissions(writer, mutation.permissions);
      return;
    case 'remove':
      return;
  }
}

function readMutation(reader: ByteReader): Mutation {
  const tag = reader.u8();
  const path = reader.text();
  switch (tag) {
    case Tag.create: {
      const value = reader.text();
      return { kind: 'create', path, value, permissions: readPermissions(reader) };
    }
    case Tag.write:
      return { kind: 'write', path, value: reader.text() };
    case Tag.permissions:
      return { kind: 'permissions', path, permissions: readPermissions(reader) };
    case Tag.remove:
      return { kind: 'remove', path };
    default:
      throw new MisfitError(`the log holds a change of unknown kind ${tag}`);
  }
}

function writeDomainMutation(writer: ByteWriter, mutation: DomainMutation): void {
  writer.u8(Tag[mutation.kind]);
  switch (mutation.kind) {
    case 'domain':
      writeDomain(writer, mutation.record);
      return;
    case 'domain-gone':
      writer.u32(mutation.domid);
      return;
    case 'epoch':
      writer.u48(mutation.epoch);
      return;
    case 'special':
      writer.u8(specialNames.indexOf(mutation.name));
      writePermissions(writer, mutation.permissions);
      return;
  }
}

function readDomainMutation(reader: ByteReader, tag: number): DomainMutation {
  switch (tag) {
    case Tag.domain:
      return { kind: 'domain', record: readDomain(reader) };
    case Tag['domain-gone']:
      return { kind: 'domain-gone', domid: reader.u32() };
    case Tag.epoch:
      return { kind: 'epoch', epoch: reader.u48() };
    case Tag.special: {
      const name = specialNames[reader.u8()];
      if (name === undefined) throw new MisfitError('the log holds an unknown special name');
      return { kind: 'special', name, permissions: readPermissions(reader) };
    }
    default:
      throw new MisfitError(`the log holds a change of unknown kind ${tag}`);
  }
}

const HAS_RING = 1;
const HAS_TARGET = 2;
const HAS_SHUT_DOWN = 4;

function writeDomain(writer: ByteWriter, record: DomainRecord): void {
  const { ring, target } = record;
  writer.u32(record.domid);
  writer.u48(record.epoch);
  writer.u8(
    (ring === undefined ? 0 : HAS_RING) |
      (target === undefined ? 0 : HAS_TARGET) |
      (record.shutdown ? HAS_SHUT_DOWN : 0),
  );
  if (ring !== undefined) {
    writer.u64(ring.frame);
    writer.u32(ring.port);
  }
  if (target !== undefined) {
    writer.u32(target.domid);
    writer.u48(target.epoch);
  }
}

function readDomain(reader: ByteReader): DomainRecord {
  const domid = reader.u32();
  const epoch = reader.u48();
  const flags = reader.u8();
  const ring = flags & HAS_RING ? { frame: reader.u64(), port: reader.u32() } : undefined;
  const target = flags & HAS_TARGET ? { domid: reader.u32(), epoch: reader.u48() } : undefined;
  return { domid, epoch, ring, target, shutdown: (flags & HAS_SHUT_DOWN) !== 0 };
}

function writePermissions(writer: ByteWriter, { entries, epoch }: PermissionList): void {
  writer.u48(epoch);
  writer.u32(entries.length);
  for (const { access, domid } of entries) {
    writer.u8(letters.indexOf(access));
    writer.i32(domid);
  }
}

function readPermissions(reader: ByteReader): PermissionList {
  const epoch = reader.u48();
  const count = reader.u32();
  const entries: Permission[] = [];
  for (let index = 0; index < count; index++) {
    const access = letters[reader.u8()];
    if (access === undefined) throw new MisfitError('the log holds an unknown permission');
    entries.push({ access, domid: reader.i32() });
  }
  return { entries, epoch };
}
