import type {
  ErrorJson,
  JsonObject,
  OperationKind,
  PlannedStep,
  StepStatus,
  Uuid,
} from '../model/index.js';
import {
  DEFAULT_DEADLINE_MS,
  type Emit,
  type EngineContext,
  type OperationResult,
} from './context.js';
import { withDeadline } from './deadline.js';
import { type Attempt, StepRunner } from './step-runner.js';

/** An operation at some point of its way: fresh, or as the journal has it. */
export interface RunSubject {
  readonly id: string;
  readonly kind: OperationKind;
  readonly uuid: Uuid;
  readonly name: string;
  readonly state: JsonObject;
  readonly steps: readonly { readonly step: PlannedStep; readonly status: StepStatus }[];
}

interface Entry {
  readonly index: number;
  readonly step: PlannedStep;
  status: StepStatus;
}

interface Failure {
  readonly error: ErrorJson;
  /** False once something has happened that only permits going on. */
  readonly mayUndo: boolean;
}

/**
 * Moves one operation forward or backward and writes every move into the journal. What a handler
 * throws decides the operation's fate; what the journal throws stops the run where it is and is
 * thrown on: the operation stays unfinished, and recovery brings it to its end.
 */
export class Run {
  readonly #context: EngineContext;
  readonly #subject: RunSubject;
  readonly #emit: Emit;
  readonly #entries: readonly Entry[];
  readonly #runner: StepRunner;
  #state: JsonObject;

  constructor(context: EngineContext, subject: RunSubject, emit: Emit, ending?: AbortSignal) {
    this.#context = context;
    this.#subject = subject;
    this.#emit = emit;
    this.#entries = subject.steps.map(({ step, status }, index) => ({ index, step, status }));
    this.#runner = new StepRunner(context, subject, emit, ending);
    this.#state = subject.state;
  }

  /** Tells the followers of the operation, which is in the journal, and marks it as running. */
  begin(): void {
    const { id, kind, uuid, name } = this.#subject;
    const steps = this.#entries.map(({ step }) => step);
    this.#emit({ event: 'planned', operation: id, kind, uuid, name, steps });
    this.#context.journal.start(id, this.#now());
  }

  /** Whether the operation can only be finished: its pivot is done, or all of it. */
  onlyForward(): boolean {
    return this.#isPastPivot() || this.#entries.every(({ status }) => status === 'done');
  }

  /**
   * Does every step that is not done. A failure up to the pivot is undone, and so is one in an
   * attempt; after the pivot nothing else is, and the operation is stuck. `cancel` counts until the
   * pivot is done, the deadline always.
   */
  async forward(cancel?: AbortSignal): Promise<OperationResult> {
    const { kind, name } = this.#subject;
    const limit = this.#context.deadlineMs ?? DEFAULT_DEADLINE_MS;
    const failure = await withDeadline(limit, `The ${kind} of ${name}`, (deadline) =>
      this.#performAll(deadline, cancel),
    );
    if (failure === undefined) return this.finish('succeeded');
    return failure.mayUndo ? this.undo(failure.error) : this.finish('stuck', failure.error);
  }

  /** Whether an attempt has failed: then it can only be undone. */
  attemptFailed(): boolean {
    return this.#entries.some(
      ({ step, status }) =>
        step.attempt === true && ['failed', 'undone', 'undo-failed'].includes(status),
    );
  }

  /**
   * Undoes every step that was begun, the last one first, and ends the operation with `error`. After
   * the pivot that is the steps of the attempt.
   */
  async undo(error: ErrorJson): Promise<OperationResult> {
    let clean = true;
    const isPastPivot = this.#isPastPivot();
    for (const entry of this.#entries.toReversed()) {
      if (entry.status === 'planned' || entry.status === 'undone') continue;
      if (isPastPivot && entry.step.attempt !== true) continue;
      const undone = await this.#undoOne(entry);
      clean &&= undone;
    }
    return this.finish(clean ? 'failed' : 'stuck', error);
  }

  /** Asks each pivot that was begun and has no known end; what proves done is done from now on. */
  async settlePivots(): Promise<Attempt<void>> {
    for (const entry of this.#entries) {
      if (entry.step.pivot !== true || entry.status !== 'started') continue;
      const settled = await this.#settle(entry);
      if (!settled.ok) return settled;
    }
    return { ok: true, value: undefined };
  }

  /** Writes down how the operation ended and tells the followers. */
  finish(status: OperationResult['status'], error?: ErrorJson): OperationResult {
    const { id, kind, uuid, name } = this.#subject;
    const state = this.#state;
    const reason = error === undefined ? {} : { error };
    this.#context.journal.finish(id, status, this.#now(), error);
    this.#emit({ event: 'finished', operation: id, status, state, ...reason });
    return { id, kind, uuid, name, status, state, ...reason };
  }

  async #performAll(deadline: AbortSignal, cancel?: AbortSignal): Promise<Failure | undefined> {
    const either = cancel === undefined ? deadline : AbortSignal.any([cancel, deadline]);
    for (const entry of this.#entries) {
      if (entry.status === 'done') continue;
      const failure = await this.#perform(entry, this.#isPastPivot() ? deadline : either);
      if (failure !== undefined) return failure;
    }
    return undefined;
  }

  async #perform(entry: Entry, signal: AbortSignal): Promise<Failure | undefined> {
    if (signal.aborted) {
      const error = this.#runner.failure(entry.step, signal.reason, signal);
      return { error, mayUndo: this.#mayUndo(entry) };
    }
    const wasBegun = entry.status !== 'planned';
    this.#context.journal.stepStarted(this.#subject.id, entry.index, this.#now());
    this.#mark(entry, 'started');
    if (wasBegun) {
      const settled = await this.#settle(entry);
      if (!settled.ok) return this.#failed(entry, settled.error);
      if (settled.value) return undefined;
    }
    const attempt = await this.#runner.do(entry.step, this.#state, signal);
    if (attempt.ok) {
      this.#done(entry, attempt.value);
      return undefined;
    }
    if (entry.step.pivot === true) {
      // A pivot can fail after it took effect. Undoing then could lose the domain.
      const settled = await this.#settle(entry);
      if (!settled.ok) return { error: settled.error, mayUndo: false };
      if (settled.value) return undefined;
    }
    return this.#failed(entry, attempt.error);
  }

  async #undoOne(entry: Entry): Promise<boolean> {
    const attempt = await this.#runner.undo(entry.step, this.#state);
    const error = attempt.ok ? undefined : attempt.error;
    this.#context.journal.stepUndone(this.#subject.id, entry.index, this.#now(), error);
    this.#mark(entry, attempt.ok ? 'undone' : 'undo-failed', error);
    return attempt.ok;
  }

  /** Whether a step that was begun has taken effect; if so it is journalled as done. */
  async #settle(entry: Entry): Promise<Attempt<boolean>> {
    const attempt = await this.#runner.isDone(entry.step, this.#state);
    if (!attempt.ok) return attempt;
    if (attempt.value !== undefined) this.#done(entry, attempt.value);
    return { ok: true, value: attempt.value !== undefined };
  }

  #done(entry: Entry, patch: JsonObject): void {
    const { index, step } = entry;
    const pivot = step.pivot === true;
    this.#context.journal.stepDone(this.#subject.id, index, this.#now(), patch, pivot);
    this.#state = { ...this.#state, ...patch };
    this.#mark(entry, 'done');
  }

  #failed(entry: Entry, error: ErrorJson): Failure {
    this.#context.journal.stepFailed(this.#subject.id, entry.index, this.#now(), error);
    this.#mark(entry, 'failed', error);
    return { error, mayUndo: this.#mayUndo(entry) };
  }

  #mark(entry: Entry, status: Exclude<StepStatus, 'planned'>, error?: ErrorJson): void {
    const { index, step } = entry;
    entry.status = status;
    this.#emit({
      event: 'step',
      operation: this.#subject.id,
      index,
      step,
      status,
      ...(error === undefined ? {} : { error }),
    });
  }

  #mayUndo(failed: Entry): boolean {
    return failed.step.attempt === true || !this.#isPastPivot();
  }

  #isPastPivot(): boolean {
    return this.#entries.some(({ step, status }) => step.pivot === true && status === 'done');
  }

  #now(): number {
    return this.#context.now?.() ?? Date.now();
  }
}
