import type { Plan } from '../model/index.js';
import type { Emit, EngineContext, OperationResult } from './context.js';
import { handlerFor } from './handler.js';
import { Run } from './run.js';

export interface RunRequest {
  /** The operation's id, never used before. */
  readonly id: string;
  readonly plan: Plan;
  /** Who asked: the user and the command line. */
  readonly requestedBy: string;
  /** Cancels the operation when it aborts, until the pivot is done. Its reason is the error. */
  readonly cancel?: AbortSignal;
  /** See {@link StepCall.ending}. */
  readonly ending?: AbortSignal;
  readonly emit: Emit;
}

/**
 * Runs one plan to its end. Every step is journalled before it is begun and when it has ended.
 *
 * - All steps done: `succeeded`.
 * - A step up to the pivot failed: that step and all before it are undone in reverse order, and the
 *   operation ends `failed` with the step's error, or `stuck` when an undo failed too.
 * - A step of an attempt failed: the attempt is undone in the same way, and nothing else.
 * - Another step after the pivot failed: `stuck`, for recovery to go on.
 *
 * @throws ToolstackError internal, with nothing written, when the plan names an unknown step
 * @throws what the journal throws: the operation then stays unfinished, for recovery
 */
export async function runPlan(
  context: EngineContext,
  { id, plan, requestedBy, cancel, ending, emit }: RunRequest,
): Promise<OperationResult> {
  for (const step of plan.steps) handlerFor(context.handlers, step);
  const { kind, uuid, name, state } = plan;
  const steps = plan.steps.map((step) => ({ step, status: 'planned' as const }));
  const at = context.now?.() ?? Date.now();
  context.journal.begin({ id, plan, requestedBy, at });
  const run = new Run(context, { id, kind, uuid, name, state, steps }, emit, ending);
  run.begin();
  return run.forward(cancel);
}
