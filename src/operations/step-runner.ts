import type { ErrorJson, JsonObject, PlannedStep } from '../model/index.js';
import { DEFAULT_UNDO_DEADLINE_MS, type Emit, type EngineContext } from './context.js';
import { errorOf, withDeadline } from './deadline.js';
import { NO_FAULTS } from './faults.js';
import { handlerFor, type StepCall, stepLabel } from './handler.js';

/** What came of calling a handler. */
export type Attempt<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: ErrorJson };

interface OperationName {
  readonly id: string;
  /** The domain's name. */
  readonly name: string;
}

/** Calls the handlers of one run of an operation; whatever they throw comes back as an error. */
export class StepRunner {
  readonly #context: EngineContext;
  readonly #operation: OperationName;
  readonly #emit: Emit;
  readonly #ending: AbortSignal | undefined;
  readonly #scratch = new Map<string, unknown>();

  constructor(context: EngineContext, operation: OperationName, emit: Emit, ending?: AbortSignal) {
    this.#context = context;
    this.#operation = operation;
    this.#emit = emit;
    this.#ending = ending;
  }

  /** Does the step; the value is its patch. */
  do(step: PlannedStep, state: JsonObject, signal: AbortSignal): Promise<Attempt<JsonObject>> {
    const { handlers, faults = NO_FAULTS } = this.#context;
    return this.#attempt(step, signal, async () => {
      const handler = handlerFor(handlers, step);
      await faults.at(step, 'before', signal);
      const patch = await handler.do(this.#call(step, state, signal));
      await faults.at(step, 'after', signal);
      return typeof patch === 'object' ? patch : {};
    });
  }

  /** Asks whether the step has taken effect; the value is its patch, undefined when it has not. */
  isDone(step: PlannedStep, state: JsonObject): Promise<Attempt<JsonObject | undefined>> {
    return this.#limited('The check of', step, async (signal) => {
      const handler = handlerFor(this.#context.handlers, step);
      const answer = (await handler.isDone?.(this.#call(step, state, signal))) ?? false;
      if (typeof answer === 'object') return answer;
      return answer ? {} : undefined;
    });
  }

  undo(step: PlannedStep, state: JsonObject): Promise<Attempt<void>> {
    return this.#limited('The undo of', step, async (signal) => {
      const handler = handlerFor(this.#context.handlers, step);
      await handler.undo?.(this.#call(step, state, signal));
    });
  }

  /** Where something happened, for people: `domain web1, step attach vbd 51712`. */
  where(step: PlannedStep): string {
    return `domain ${this.#operation.name}, step ${stepLabel(step)}`;
  }

  /** What a handler threw, as the journal keeps it and people read it. */
  failure(step: PlannedStep, thrown: unknown, signal: AbortSignal): ErrorJson {
    const where = this.where(step);
    this.#context.onStepError?.(thrown, this.#operation.id, where);
    const error = errorOf(thrown, signal).toJSON();
    return { ...error, where: error.where === undefined ? where : `${where}, ${error.where}` };
  }

  #limited<T>(
    what: string,
    step: PlannedStep,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<Attempt<T>> {
    const limit = this.#context.undoDeadlineMs ?? DEFAULT_UNDO_DEADLINE_MS;
    return withDeadline(limit, `${what} step ${stepLabel(step)}`, (signal) =>
      this.#attempt(step, signal, () => work(signal)),
    );
  }

  async #attempt<T>(
    step: PlannedStep,
    signal: AbortSignal,
    work: () => Promise<T>,
  ): Promise<Attempt<T>> {
    try {
      return { ok: true, value: await work() };
    } catch (thrown) {
      return { ok: false, error: this.failure(step, thrown, signal) };
    }
  }

  #call(step: PlannedStep, state: JsonObject, signal: AbortSignal): StepCall {
    const operation = this.#operation.id;
    return {
      state,
      args: step.args ?? {},
      operation,
      signal,
      ...(this.#ending === undefined ? {} : { ending: this.#ending }),
      progress: (progress) => this.#emit({ event: 'progress', operation, progress }),
      scratch: this.#scratch,
    };
  }
}
