import type { Permissions } from '../xenstore/permissions.js';
import type { Commit } from './commit.js';
import type { Mutation } from './tree.js';

/** A change of one node. A removal takes all below with it. */
export interface CommittedChange {
  readonly path: string;
  readonly kind: 'create' | 'write' | 'permissions' | 'remove';
  /** Of `create` and `write`. */
  readonly value?: Buffer;
  /** Of `create` and `permissions`. */
  readonly permissions?: Permissions;
}

/** What one request or transaction changed. */
export interface CommittedChanges {
  /** The domain that wrote; 0 also for what the store did itself. */
  readonly domid: number;
  /** The store's generation after. */
  readonly generation: number;
  readonly changes: readonly CommittedChange[];
}

export type CommitListener = (commit: CommittedChanges) => void;

export function toCommittedChanges({ domid, generation, mutations }: Commit): CommittedChanges {
  return { domid, generation: generation + mutations.length, changes: mutations.map(toChange) };
}

function toChange(mutation: Mutation): CommittedChange {
  const { kind, path } = mutation;
  switch (kind) {
    case 'create': {
      const { value, permissions } = mutation;
      return { kind, path, value: Buffer.from(value, 'latin1'), permissions: permissions.entries };
    }
    case 'write':
      return { kind, path, value: Buffer.from(mutation.value, 'latin1') };
    case 'permissions':
      return { kind, path, permissions: mutation.permissions.entries };
    case 'remove':
      return { kind, path };
  }
}
