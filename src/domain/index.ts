export { awaitState } from './await-state.js';
export { awaitStop } from './await-stop.js';
export { preciseNow, roundMs } from './clock.js';
export {
  completeConfig,
  completeConfigFromJson,
  completeDiskAt,
  completeVif,
  successorOf,
} from './complete-config.js';
export { hearsControl } from './control-request.js';
export { describeDom0 } from './describe-dom0.js';
export type { DumpFiles } from './dump-files.js';
export type { Host, Limits } from './host.js';
export {
  currentIncarnation,
  findBackendDomain,
  findDomain,
  incarnationsOf,
  isStillThere,
  listDomains,
  noSuchDomain,
} from './listing.js';
export * from './loop-guard.js';
export { NameClaims } from './name-claims.js';
export * from './plan.js';
export { planAdopt } from './plans/adopt.js';
export * from './plans/devices.js';
export * from './plans/dump-core.js';
export * from './plans/index.js';
export { planRepair } from './plans/repair.js';
export * from './plans/stopped.js';
export { recordEvent } from './record-event.js';
export { startedAt } from './started-at.js';
export * from './step-state.js';
export { lifecycleSteps } from './steps/index.js';
export * from './stop-actions.js';
export { VncPasswords } from './vnc-passwords.js';
