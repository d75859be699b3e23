import { Edit } from './edit.js';
import { changesTree, type Operation, perform, type Workspace } from './operations.js';
import { Failure, failure, type Outcome } from './outcome.js';
import type { Tree } from './tree.js';

/** What a domain may do in one transaction, as it is kept until its end: operations and bytes. */
const OPERATIONS_MAX = 8192;
const BYTES_MAX = 1024 * 1024;

interface Done {
  readonly operation: Operation;
  readonly outcome: Outcome;
}

/** What of the present store a transaction needs, apart from its own edit. */
export type Surroundings = Omit<Workspace, 'edit' | 'tree'>;

/** Where an edit is made in those surroundings. */
export function within(around: Surroundings, edit: Edit): Workspace {
  const { subject, domains, quotas, nodesOwned } = around;
  return { subject, domains, quotas, nodesOwned, edit, tree: edit.tree };
}

/**
 * A transaction: it sees the tree as it was at its start, and its own changes. It remembers what it
 * did and was told, so that it can be done again on a tree that has changed meanwhile.
 */
export class Transaction {
  readonly id: number;
  /** The store's version at the start. */
  readonly startVersion: number;
  readonly edit: Edit;
  readonly #done: Done[] = [];
  /** Nodes touched, counted for unprivileged domains only. */
  readonly #touched = new Set<string>();
  /** Of paths, values and answers. */
  #bytes = 0;
  #changed = false;
  #overQuota = false;

  constructor(id: number, tree: Tree, version: number) {
    this.id = id;
    this.startVersion = version;
    const fork = tree.fork();
    this.edit = new Edit(fork, { base: fork.root });
  }

  /** Whether it did anything that could change the tree. */
  get changed(): boolean {
    return this.#changed;
  }

  /** It ran into a quota; it can only be given up (as with the C daemon). */
  get overQuota(): boolean {
    return this.#overQuota;
  }

  perform(around: Surroundings, operation: Operation): Outcome {
    const outcome = this.#isWithinQuota(around, operation)
      ? perform(within(around, this.edit), operation)
      : failure('ENOSPC');
    if (outcome instanceof Failure && outcome.code === 'ENOSPC') this.#overQuota = true;
    this.#changed ||= changesTree(operation);
    // It will not be done again, so nothing more need be remembered.
    if (!this.#overQuota) this.#done.push({ operation, outcome });
    this.#bytes += bytesOf(operation, outcome);
    return outcome;
  }

  #isWithinQuota({ subject, quotas }: Surroundings, operation: Operation): boolean {
    if (subject.domid === 0) return true;
    if (this.#overQuota || this.#done.length >= OPERATIONS_MAX || this.#bytes >= BYTES_MAX) {
      return false;
    }
    this.#touched.add(operation.path);
    return this.#touched.size <= quotas['transaction-nodes'];
  }

  /**
   * Does everything again on a fork of the present tree. Undefined when any answer would be another
   * than the one that was given: the transaction has collided.
   */
  replay(around: Surroundings, present: Tree): Edit | undefined {
    const fork = present.fork();
    const edit = new Edit(fork, { base: fork.root });
    const space = within(around, edit);
    for (const { operation, outcome } of this.#done) {
      const again = perform(space, operation);
      if (!isSameAnswer(operation, outcome, again)) return undefined;
    }
    return edit;
  }
}

function bytesOf(operation: Operation, outcome: Outcome): number {
  const value = operation.kind === 'write' ? operation.value.length : 0;
  return operation.path.length + value + (typeof outcome === 'string' ? outcome.length : 0);
}

/** Generations count all changes of the tree, so a replay gives others: only the names matter. */
function isSameAnswer(operation: Operation, before: Outcome, now: Outcome): boolean {
  if (operation.kind === 'list-part' && typeof before === 'string' && typeof now === 'string') {
    return before.slice(before.indexOf('\0')) === now.slice(now.indexOf('\0'));
  }
  return before === now;
}
