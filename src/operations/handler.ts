import {
  type JsonObject,
  type PlannedStep,
  type Progress,
  ToolstackError,
} from '../model/index.js';

/** What a step is told when it is done, undone or asked. */
export interface StepCall {
  /** The plan's state with the patches of all finished steps laid over it. */
  readonly state: JsonObject;
  readonly args: JsonObject;
  /** The operation's id. */
  readonly operation: string;
  /**
   * Aborts when the operation is cancelled or out of time. Handlers must heed it: nothing else ends
   * a step that waits, and an operation's lane stays taken until its step has settled.
   */
  readonly signal: AbortSignal;
  /**
   * Aborts when the operation that comes next ends the domain: an `undo` need not wait any more for
   * what will not matter.
   */
  readonly ending?: AbortSignal;
  progress(progress: Progress): void;
  /**
   * Live objects that the steps of one run share, such as an open stream. Not journalled: empty
   * again when the operation is recovered, so `undo` and `isDone` must manage without.
   */
  readonly scratch: Map<string, unknown>;
}

/**
 * How the steps of one name are done, undone and checked.
 *
 * The daemon may die between any two instructions, which gives three duties:
 * - `undo` is idempotent and takes back any part of `do`, none included. When `do` did not finish,
 *   its patch is not in the state: what it made must be found by what was known before.
 * - `do` is idempotent for every step after the pivot.
 * - A pivot that acts on the outside world has an `isDone`: it is asked whenever a pivot was begun
 *   and did not end well, and only its "no" lets the operation be undone.
 */
export interface StepHandler {
  /** The step only waits for others to answer: a dry run, where nobody does, passes it by. */
  readonly waits?: true;
  /**
   * What a dry run does in place of `do`, where that both changes something and waits for others:
   * the part that changes.
   */
  forecast?(call: StepCall): Promise<JsonObject | undefined>;
  /** The patch it returns is laid over the state: top-level keys replace, `undefined` removes. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a step without a patch returns nothing.
  do(call: StepCall): Promise<JsonObject | void>;
  /** Absent when the step leaves nothing behind. */
  undo?(call: StepCall): Promise<void>;
  /** Whether a step that was begun has taken full effect; an object means yes, with this patch. */
  isDone?(call: StepCall): Promise<boolean | JsonObject>;
}

/** Handlers by the name of the step. */
export type Handlers = ReadonlyMap<string, StepHandler>;

/** @throws ToolstackError internal when no handler has that name */
export function handlerFor(handlers: Handlers, step: PlannedStep): StepHandler {
  const handler = handlers.get(step.name);
  if (handler === undefined) {
    throw new ToolstackError('internal', `No handler knows the step "${step.name}"`);
  }
  return handler;
}

/** A step as people call it: `attach vbd 51712`. */
export function stepLabel(step: PlannedStep): string {
  return step.subject === undefined ? step.name : `${step.name} ${step.subject}`;
}
