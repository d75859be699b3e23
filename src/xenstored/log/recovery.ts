import type { Commit } from '../commit.js';
import { Domains } from '../domains.js';
import { MisfitError, Tree } from '../tree.js';
import { type LogRecord, readRecord } from './records.js';

export interface Recovered {
  readonly tree: Tree;
  readonly domains: Domains;
  /** Bytes of the log that are good: what lies behind them is torn or damaged. */
  readonly goodBytes: number;
  /** Bytes of the snapshot that the log begins with. */
  readonly snapshotBytes: number;
}

/**
 * Builds tree and domains up again from a log, as far as it is whole. Of a snapshot that is damaged
 * nothing is taken: some nodes without others are not what the store ever was.
 */
export function recover(bytes: Buffer): Recovered {
  const recovered = recoverPrefix(bytes);
  return recovered.isWhole ? recovered : recoverPrefix(Buffer.alloc(0));
}

/** `isWhole` when the snapshot ended with the commit that follows its nodes. */
function recoverPrefix(bytes: Buffer): Recovered & { readonly isWhole: boolean } {
  const domains = new Domains();
  const tree = Tree.empty(domains.specialPermissions('@releaseDomain'));
  let goodBytes = 0;
  let snapshotBytes = 0;
  let isWhole = true;
  for (;;) {
    const next = readRecord(bytes, goodBytes);
    if (next === undefined || !follows(next.record, tree, goodBytes)) break;
    applyRecord(next.record, tree, domains);
    goodBytes = next.end;
    if (next.record.kind !== 'commits') snapshotBytes = next.end;
    isWhole = next.record.kind !== 'nodes';
  }
  return { tree, domains, goodBytes, snapshotBytes, isWhole };
}

/** A record that is whole may still be out of place: where something before it is missing. */
function follows(record: LogRecord, tree: Tree, offset: number): boolean {
  switch (record.kind) {
    case 'header':
      return offset === 0;
    case 'nodes':
      return offset > 0;
    case 'commits':
      return offset > 0 && record.commits[0]?.generation === tree.generation;
  }
}

function applyRecord(record: LogRecord, tree: Tree, domains: Domains): void {
  switch (record.kind) {
    case 'header':
      tree.setGeneration(record.generation);
      return;
    case 'nodes':
      for (const { path, value, permissions, generation } of record.nodes) {
        tree.restore(path, value, permissions, generation);
      }
      return;
    case 'commits':
      for (const commit of record.commits) applyCommit(commit, tree, domains);
      return;
  }
}

function applyCommit(commit: Commit, tree: Tree, domains: Domains): void {
  try {
    for (const mutation of commit.mutations) tree.apply(mutation);
    for (const mutation of commit.domains) domains.apply(mutation);
  } catch (cause) {
    const where = `the store's log cannot be followed at generation ${commit.generation}`;
    throw new MisfitError(where, { cause });
  }
}
