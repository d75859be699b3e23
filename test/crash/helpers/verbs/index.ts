import { DEVICES } from './devices.js';
import { LIFE, MOVE } from './life.js';
import { RUNNING } from './running.js';
import { RESTARTED, STOPPED } from './stopped.js';
import { UPKEEP } from './upkeep.js';
import type { Verb } from './verb.js';

export type { Verb } from './verb.js';

/** Everything that is done to domains, by the test file that crashes in it. */
export const VERBS = {
  life: LIFE,
  move: MOVE,
  running: RUNNING,
  devices: DEVICES,
  stopped: STOPPED,
  restarted: RESTARTED,
  upkeep: UPKEEP,
} as const satisfies Record<string, readonly Verb[]>;
