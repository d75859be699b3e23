import type { TreeNode } from './tree.js';

/**
 * What one unprivileged domain may use; domain 0 may use all there is. Names and defaults are those
 * of the C daemon, whose checks let one watch and one transaction more pass than they say.
 */
export const defaultQuotas = {
  nodes: 1000,
  watches: 128,
  transactions: 10,
  'transaction-nodes': 1024,
  'node-size': 2048,
  permissions: 5,
};
export type QuotaName = keyof typeof defaultQuotas;

/** What the C daemon's table says of them. */
export const quotaDescriptions: Readonly<Record<QuotaName, string>> = {
  nodes: 'Nodes per domain',
  watches: 'Watches per domain',
  transactions: 'Transactions per domain',
  'transaction-nodes': 'Max. number of accessed nodes per transaction',
  'node-size': 'Max. size of a node',
  permissions: 'Max. number of permissions per node',
};
export type Quotas = Record<QuotaName, number>;

export function isQuotaName(name: string): name is QuotaName {
  return Object.hasOwn(defaultQuotas, name);
}

/** Bytes that the C daemon needs to store a node: a header, permissions, value, child names. */
export function nodeSize(node: TreeNode): number {
  return nodeSizeOf(
    node.permissions.entries.length,
    node.value.length,
    node.children?.nameBytes ?? 0,
  );
}

export function nodeSizeOf(permissions: number, valueBytes: number, nameBytes: number): number {
  return 24 + 8 * permissions + valueBytes + nameBytes;
}
