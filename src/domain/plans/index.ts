export * from './config-update.js';
export * from './memory.js';
export * from './rename.js';
export * from './run-state.js';
export * from './signals.js';
export type { Standing } from './standing.js';
export * from './stop.js';
export * from './vcpus.js';
