import type { ChangeName } from '../../model/index.js';
import { adopt } from './adopt.js';
import type { Change } from './change.js';
import { create } from './create.js';
import { destroy } from './destroy.js';
import { dumpCore } from './dump-core.js';
import { migrate } from './migrate.js';
import { repair } from './repair.js';

/** Every change that can be asked for, by the name of its request. */
export const CHANGES: { readonly [Name in ChangeName]?: Change<Name> } = {
  adopt,
  create,
  destroy,
  'dump-core': dumpCore,
  migrate,
  repair,
};
