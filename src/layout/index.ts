export * from './device.js';
export { deviceNodes } from './device-keys.js';
export * from './domain-tree.js';
export * from './facts.js';
export type { Node } from './key.js';
export * from './paths.js';
export { pruneEmpty } from './prune.js';
export * from './suspend-request.js';
export { writeNodes } from './write-nodes.js';
