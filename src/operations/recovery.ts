import type { ErrorJson, OperationRecord } from '../model/index.js';
import type { Emit, EngineContext, OperationResult } from './context.js';
import { stepLabel } from './handler.js';
import { Run } from './run.js';

/**
 * Brings an operation that the journal calls unfinished to one of its two ends. It may be called
 * again for as long as the operation is `stuck`.
 *
 * - Never begun: `failed` with `cancelled`.
 * - An attempt has failed: it is undone.
 * - Pivot done, or every step: the steps that are not done are done.
 * - Pivot begun: its `isDone` decides; while that throws, the operation is `stuck`.
 * - Otherwise every step that was begun is undone, the last one first.
 *
 * @throws what the journal throws
 */
export async function recover(
  context: EngineContext,
  record: OperationRecord,
  emit: Emit,
): Promise<OperationResult> {
  const run = new Run(context, record, emit);
  run.begin();
  const pivots = await run.settlePivots();
  if (!pivots.ok) return run.finish('stuck', pivots.error);
  const goesOn = run.onlyForward() && !run.attemptFailed();
  return goesOn ? run.forward() : run.undo(record.error ?? interruption(record));
}

function interruption(record: OperationRecord): ErrorJson {
  const domain = `domain ${record.name}`;
  const last = record.steps.findLast(({ status }) => status !== 'planned');
  if (last === undefined) {
    const message = `The daemon ended before the ${record.kind} began; nothing was done`;
    return { code: 'cancelled', message, where: domain };
  }
  const message = `The daemon ended during the ${record.kind}; what it had done was undone`;
  return { code: 'cancelled', message, where: `${domain}, step ${stepLabel(last.step)}` };
}
