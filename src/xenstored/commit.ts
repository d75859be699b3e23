import type { DomainMutation } from './domains.js';
import type { Mutation } from './tree.js';

/** Changes that become visible, and durable, together. */
export interface Commit {
  /** The domain that made them. */
  readonly domid: number;
  /** The tree's generation before. */
  readonly generation: number;
  readonly mutations: readonly Mutation[];
  readonly domains: readonly DomainMutation[];
}
