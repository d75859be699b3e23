import type {
  Domid,
  ErrorJson,
  Incarnation,
  IncarnationCause,
  IncarnationEnd,
  JsonObject,
  LifecycleEvent,
  LifecycleKind,
  OperationKind,
  OperationRecord,
  OperationStatus,
  StepRecord,
  StepStatus,
  Uuid,
} from '../model/index.js';

/** The rows of `migrations/history` as SQLite gives them, and what they mean. */

export interface OperationRow {
  readonly id: string;
  readonly kind: OperationKind;
  readonly uuid: Uuid;
  readonly name: string;
  readonly status: OperationStatus;
  readonly requested_by: string;
  readonly state: string;
  readonly queued_at: number;
  readonly started_at: number | null;
  readonly ended_at: number | null;
  readonly error: string | null;
}

export interface StepRow {
  readonly idx: number;
  readonly name: string;
  readonly subject: string | null;
  readonly args: string | null;
  readonly pivot: 0 | 1;
  readonly attempt: 0 | 1;
  readonly status: StepStatus;
  readonly started_at: number | null;
  readonly ended_at: number | null;
  readonly error: string | null;
}

export interface IncarnationRow {
  readonly uuid: Uuid;
  readonly epoch: number;
  readonly host: string;
  readonly domid: Domid;
  readonly began_at: number;
  readonly ended_at: number | null;
  readonly cause: IncarnationCause;
  readonly end_cause: IncarnationEnd | null;
  readonly operation: string;
}

export interface EventRow {
  readonly seq: number;
  readonly at: number;
  readonly uuid: Uuid;
  readonly domid: Domid | null;
  readonly kind: LifecycleKind;
  readonly detail: string;
}

export function toOperation(row: OperationRow, steps: readonly StepRow[]): OperationRecord {
  return {
    id: row.id,
    kind: row.kind,
    uuid: row.uuid,
    name: row.name,
    status: row.status,
    requestedBy: row.requested_by,
    state: toObject(row.state),
    steps: steps.map(toStep),
    queuedAt: row.queued_at,
    ...timesAndError(row),
  };
}

function toStep(row: StepRow): StepRecord {
  return {
    index: row.idx,
    step: {
      name: row.name,
      ...(row.subject === null ? {} : { subject: row.subject }),
      ...(row.args === null ? {} : { args: toObject(row.args) }),
      ...(row.pivot === 0 ? {} : { pivot: true as const }),
      ...(row.attempt === 0 ? {} : { attempt: true as const }),
    },
    status: row.status,
    ...timesAndError(row),
  };
}

export function toIncarnation(row: IncarnationRow): Incarnation {
  return {
    uuid: row.uuid,
    epoch: row.epoch,
    host: row.host,
    domid: row.domid,
    from: row.began_at,
    ...(row.ended_at === null ? {} : { to: row.ended_at }),
    cause: row.cause,
    ...(row.end_cause === null ? {} : { end: row.end_cause }),
    operation: row.operation,
  };
}

export function toEvent(row: EventRow): LifecycleEvent {
  return {
    seq: row.seq,
    at: row.at,
    uuid: row.uuid,
    ...(row.domid === null ? {} : { domid: row.domid }),
    kind: row.kind,
    detail: toObject(row.detail),
  };
}

export function toObject(text: string): JsonObject {
  return JSON.parse(text) as JsonObject;
}

function timesAndError(row: Pick<StepRow, 'started_at' | 'ended_at' | 'error'>) {
  return {
    ...(row.started_at === null ? {} : { startedAt: row.started_at }),
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
    ...(row.error === null ? {} : { error: JSON.parse(row.error) as ErrorJson }),
  };
}
