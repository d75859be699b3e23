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
export * from './plans/index.js';
export { recordEvent } from './record-event.js';
export * from './step-state.js';
export { lifecycleSteps } from './steps/index.js';
export * from './stop-actions.js';
export { VncPasswords } from './vnc-passwords.js';
