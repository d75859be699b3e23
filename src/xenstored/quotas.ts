import type { TreeNode } from './tree.js';

/**
 * What one unprivileged domain may use; domain 0 may use all there is. Names and defaults are those
 * of the C daemon, whose checks let one watch and one transaction more pass than they say. `memory`
 * counts the bytes of undelivered events.
 */
export const defaultQuotas = {
  nodes: 1000,
  watches: 128,
  transactions: 10,
  outstanding: 20,
  'transaction-nodes': 1024,
  memory: 2_621_440,
  'node-size': 2048,
  'path-max': 2048,
  permissions: 5,
};
/** What is logged when a domain exceeds it. */
export const defaultSoftQuotas = { memory: 2_097_152 };

export type QuotaName = keyof typeof defaultQuotas;
export type SoftQuotaName = keyof typeof defaultSoftQuotas;
export type Quotas = Record<QuotaName, number>;
export type SoftQuotas = Record<SoftQuotaName, number>;

/** What the C daemon's tables say of them. */
export const quotaDescriptions: Readonly<Record<QuotaName, string>> = {
  nodes: 'Nodes per domain',
  watches: 'Watches per domain',
  transactions: 'Transactions per domain',
  outstanding: 'Outstanding requests per domain',
  'transaction-nodes': 'Max. number of accessed nodes per transaction',
  memory: 'Total Xenstore memory per domain (error level)',
  'node-size': 'Max. size of a node',
  'path-max': 'Max. length of a node path',
  permissions: 'Max. number of permissions per node',
};
export const softQuotaDescriptions: Readonly<Record<SoftQuotaName, string>> = {
  memory: 'Total Xenstore memory per domain (warning level)',
};

export function isQuotaName(name: string): name is QuotaName {
  return Object.hasOwn(defaultQuotas, name);
}

export function isSoftQuotaName(name: string): name is SoftQuotaName {
  return Object.hasOwn(defaultSoftQuotas, name);
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
