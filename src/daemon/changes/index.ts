import type { ChangeName } from '../../model/index.js';
import { adopt } from './adopt.js';
import { blockAttach } from './block-attach.js';
import type { Change } from './change.js';
import { configUpdate } from './config-update.js';
import { create } from './create.js';
import { destroy } from './destroy.js';
import { blockDetach, networkDetach } from './detach.js';
import { dumpCore } from './dump-core.js';
import { cdEject, cdInsert } from './medium.js';
import { memMax, memSet } from './memory.js';
import { migrate } from './migrate.js';
import { networkAttach } from './network-attach.js';
import { rename } from './rename.js';
import { repair } from './repair.js';
import { pause, resume, suspend, unpause } from './run-state.js';
import { sysrq, trigger } from './signals.js';
import { reboot, shutdown } from './stop.js';
import { schedCredit2, vcpuPin, vcpuSet } from './vcpus.js';

/** Every change that can be asked for, by the name of its request. */
export const CHANGES: { readonly [Name in ChangeName]: Change<Name> } = {
  adopt,
  'config-update': configUpdate,
  create,
  destroy,
  'dump-core': dumpCore,
  migrate,
  'block-attach': blockAttach,
  'block-detach': blockDetach,
  'network-attach': networkAttach,
  'network-detach': networkDetach,
  'cd-insert': cdInsert,
  'cd-eject': cdEject,
  repair,
  pause,
  unpause,
  shutdown,
  reboot,
  suspend,
  resume,
  rename,
  'mem-set': memSet,
  'mem-max': memMax,
  'vcpu-set': vcpuSet,
  'vcpu-pin': vcpuPin,
  'sched-credit2': schedCredit2,
  trigger,
  sysrq,
};
