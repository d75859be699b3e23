export type { Affinity } from './affinity.js';
export { type HostCpus, readCpuRange } from './cpu-range.js';
export { parseDiskWords, parseVifWords } from './device-words.js';
export * from './disk.js';
export * from './domain-config.js';
export * from './domain-config-schema.js';
export {
  type Atom,
  type ConfigList,
  type ConfigValue,
  parseSettings,
  type Setting,
} from './grammar.js';
export {
  isKnownKey,
  KEYS,
  type KeySpec,
  type KeyType,
  type KeyUse,
  type KnownKey,
} from './keys.js';
export * from './libxl-json/index.js';
export { nameProblem } from './name.js';
export * from './parse-domain-config.js';
export { type ConfigWarning, formatPosition, type Position } from './position.js';
export { parseRate, type VifRate } from './rate.js';
export { COMMAND_LINE, mergeSettings, parseOverrides, type Settings } from './settings.js';
export { formatVdev, parseVdev } from './vdev.js';
export { type DisplayConfig, parseVfb, type VfbConfig } from './vfb.js';
export * from './vif.js';
