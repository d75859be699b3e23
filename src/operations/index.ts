/** Operations: plans are queued, run step by step, journalled, undone and recovered. */
export type { Emit, EngineContext, OperationResult } from './context.js';
export { withDeadline } from './deadline.js';
export { type RunRequest, runPlan } from './engine.js';
export { type FaultAction, type FaultPoint, Faults, NO_FAULTS, parseFaults } from './faults.js';
export { type Handlers, type StepCall, type StepHandler, stepLabel } from './handler.js';
export {
  type OperationHandle,
  OperationQueue,
  type OperationRequest,
  type QueueOptions,
} from './queue.js';
export { recover } from './recovery.js';
