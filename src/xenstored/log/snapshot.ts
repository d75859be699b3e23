import { type DomainMutation, type Domains, specialNames } from '../domains.js';
import { type Tree, walk } from '../tree.js';
import { ByteWriter } from './bytes.js';
import { type SnapshotNode, writeRecord } from './records.js';

/** Nodes to a record: few enough to write between two requests. */
const NODES_PER_RECORD = 256;

/**
 * The beginning of a log that holds this tree and these domains, in pieces. Each piece must be used
 * before the next is asked for.
 *
 * @param tree a fork: it must not change while the pieces are made
 */
export function* snapshot(tree: Tree, domains: readonly DomainMutation[]): Generator<Buffer> {
  const writer = new ByteWriter(64 * 1024);
  writeRecord(writer, { kind: 'header', generation: tree.generation });
  let nodes: SnapshotNode[] = [];
  for (const [path, { value, permissions, generation }] of walk(tree.root, '/')) {
    nodes.push({ path, value, permissions, generation });
    if (nodes.length < NODES_PER_RECORD) continue;
    writeRecord(writer, { kind: 'nodes', nodes });
    nodes = [];
    yield writer.view();
    writer.reset();
  }
  writeRecord(writer, { kind: 'nodes', nodes });
  const commit = { domid: 0, generation: tree.generation, mutations: [], domains };
  writeRecord(writer, { kind: 'commits', commits: [commit] });
  yield writer.view();
}

/** The mutations that make an empty registry equal to this one. */
export function domainMutations(domains: Domains): DomainMutation[] {
  return [
    { kind: 'epoch', epoch: domains.epoch },
    ...[...domains.all()].map((record) => ({ kind: 'domain' as const, record })),
    ...specialNames.map((name) => ({
      kind: 'special' as const,
      name,
      permissions: domains.specialPermissions(name),
    })),
  ];
}
