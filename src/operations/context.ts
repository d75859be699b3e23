import type {
  ErrorJson,
  Journal,
  JsonObject,
  OperationEvent,
  OperationKind,
  Uuid,
} from '../model/index.js';
import type { Faults } from './faults.js';
import type { Handlers } from './handler.js';

/** What operations are run with; all operations of a daemon share one. */
export interface EngineContext {
  readonly journal: Journal;
  readonly handlers: Handlers;
  readonly faults?: Faults;
  /** How long an operation may take, in ms; an hour when absent. */
  readonly deadlineMs?: number;
  /** How long one `undo` or one `isDone` may take, in ms; ten minutes when absent. */
  readonly undoDeadlineMs?: number;
  /** The clock, in milliseconds since the epoch; the system's when absent. */
  readonly now?: () => number;
  /**
   * Told that the journal of an operation that had begun could not be written. Nothing more can be
   * done about the operation in this process: it is for the recovery of the next.
   */
  readonly onJournalLost?: (error: Error) => void;
  /** Told of everything that a handler threw, stack and all, for the log. */
  readonly onStepError?: (thrown: unknown, operation: string, where: string) => void;
}

export const DEFAULT_DEADLINE_MS = 60 * 60_000;
export const DEFAULT_UNDO_DEADLINE_MS = 10 * 60_000;

export type Emit = (event: OperationEvent) => void;

/** How an operation ended. */
export interface OperationResult {
  readonly id: string;
  readonly kind: OperationKind;
  readonly uuid: Uuid;
  readonly name: string;
  readonly status: 'succeeded' | 'failed' | 'stuck';
  /** The plan's state with the patches of all finished steps laid over it. */
  readonly state: JsonObject;
  readonly error?: ErrorJson;
}
