export * from './attach.js';
export * from './detach.js';
export * from './from-config.js';
export * from './limits.js';
export * from './list.js';
