/** What does not belong in the store: a pure function from what is there to what is wrong. */
export { audit } from './audit.js';
export type { Snapshot, TreeNode } from './snapshot.js';
