import type { ChangeName } from './changes.js';
import type { ErrorJson } from './errors.js';
import type { Uuid } from './ids.js';
import type { JsonObject } from './json.js';

/**
 * What can be done to a domain: what users ask for, and what the daemon does by itself.
 *
 * - `clean-up`: removes what a lost domain left in the store.
 * - `stopped`: does what the domain's configuration wants done when it has stopped by itself.
 */
export type OperationKind = ChangeName | 'clean-up' | 'stopped';

/**
 * One entry of a plan: pure data. `name` picks the handler that knows how to do, undo and check
 * it; `args` tells it on what. The same step may appear several times with other `args`.
 */
export interface PlannedStep {
  readonly name: string;
  /** What distinguishes this step from others of its name, for people: `vbd 51712`. */
  readonly subject?: string;
  readonly args?: JsonObject;
  /** Once this step is done the operation is only ever finished, never undone. */
  readonly pivot?: true;
  /**
   * Only after the pivot: all steps with this mark are one attempt. When one of them fails, they are
   * undone and the operation has failed, while what was done before them stays done.
   */
  readonly attempt?: true;
}

/** A lifecycle change as data: made by a pure function, run, shown, journalled, recovered. */
export interface Plan {
  readonly kind: OperationKind;
  readonly uuid: Uuid;
  /** The domain's name when the plan was made, for people. */
  readonly name: string;
  readonly steps: readonly PlannedStep[];
  /** What the steps know from the start: the request, observed domids. */
  readonly state: JsonObject;
}

/** `stuck`: neither end could be reached; it is tried again when the daemon next starts. */
export type OperationStatus = 'queued' | 'running' | 'succeeded' | 'failed' | 'stuck';
export type StepStatus = 'planned' | 'started' | 'done' | 'failed' | 'undone' | 'undo-failed';

export interface StepRecord {
  readonly index: number;
  readonly step: PlannedStep;
  readonly status: StepStatus;
  /** Times are milliseconds since the epoch. */
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly error?: ErrorJson;
}

/** An operation as the journal knows it. */
export interface OperationRecord {
  readonly id: string;
  readonly kind: OperationKind;
  readonly uuid: Uuid;
  readonly name: string;
  readonly status: OperationStatus;
  /** Who asked: the user and the command line. */
  readonly requestedBy: string;
  /** The plan's state with the patches of all finished steps laid over it. */
  readonly state: JsonObject;
  readonly steps: readonly StepRecord[];
  readonly queuedAt: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly error?: ErrorJson;
}

/** Where operations are written down before they happen. All calls are durable on return. */
export interface Journal {
  /** Writes the operation and its planned steps, as `queued`. */
  begin(operation: {
    readonly id: string;
    readonly plan: Plan;
    readonly requestedBy: string;
    readonly at: number;
  }): void;
  /** Marks the operation `running`. */
  start(id: string, at: number): void;
  stepStarted(id: string, index: number, at: number): void;
  /** Marks the step done and lays `patch` over the operation's state, in one transaction. */
  stepDone(id: string, index: number, at: number, patch: JsonObject, fullSync: boolean): void;
  stepFailed(id: string, index: number, at: number, error: ErrorJson): void;
  stepUndone(id: string, index: number, at: number, error?: ErrorJson): void;
  finish(id: string, status: 'succeeded' | 'failed' | 'stuck', at: number, error?: ErrorJson): void;
  /** Operations that are `queued`, `running` or `stuck`, oldest first. */
  unfinished(): OperationRecord[];
}

/** What an operation tells those who follow it, in order. One JSON object a line on the wire. */
export type OperationEvent =
  | {
      readonly event: 'planned';
      readonly operation: string;
      readonly kind: OperationKind;
      readonly uuid: Uuid;
      readonly name: string;
      readonly steps: readonly PlannedStep[];
    }
  | {
      readonly event: 'step';
      readonly operation: string;
      readonly index: number;
      readonly step: PlannedStep;
      readonly status: Exclude<StepStatus, 'planned'>;
      readonly error?: ErrorJson;
    }
  | { readonly event: 'progress'; readonly operation: string; readonly progress: Progress }
  | {
      readonly event: 'finished';
      readonly operation: string;
      readonly status: 'succeeded' | 'failed' | 'stuck';
      readonly state: JsonObject;
      readonly error?: ErrorJson;
    };

/** How far the sending of a domain's memory has come. */
export interface Progress {
  readonly kind: 'memory';
  /** In `pre-copy` the guest runs; in `stop-and-copy` it is suspended. */
  readonly phase: 'pre-copy' | 'stop-and-copy';
  /** 0 is the round that sends every page. */
  readonly round: number;
  /** Whether the round is over: then `remainingPages` is what the next one has to send. */
  readonly roundOver: boolean;
  readonly sentPages: number;
  readonly remainingPages: number;
  /** Pages per second in this round. */
  readonly sendRate: number;
  /** Pages per second, and the downtime if the guest were suspended now; known once a round is over. */
  readonly dirtyRate?: number;
  readonly predictedDowntimeMs?: number;
}
