import type { DomainInfo, IncarnationCause, IncarnationEnd, ShutdownReason } from './domain.js';
import type { ErrorJson } from './errors.js';
import type { Domid, Kib, Uuid } from './ids.js';
import type { JsonObject } from './json.js';
import type { OperationEvent, OperationKind, OperationRecord, PlannedStep } from './operation.js';

/**
 * The daemon's HTTP API, on the UNIX socket `daemon/api.sock` of the state directory.
 *
 * | request | body | reply |
 * |---|---|---|
 * | `GET /v1/<question>?key=value…` | | JSON: see {@link Questions} |
 * | `POST /v1/<change>` | JSON: see {@link Changes} | NDJSON of {@link ReplyLine} |
 * | `POST /v1/stop` | | `{}`; the daemon ends after running operations have ended |
 *
 * An error before the first line of a stream, and any error of the others, is a status ≥ 400 with
 * {@link ErrorReply}. A stream ends with its `finished` line, or that of a dry run. Closing the
 * connection cancels nothing.
 */
export const API_VERSION = 'v1';

export interface ErrorReply {
  readonly error: ErrorJson;
}

/** What the embedded machine says of itself. */
export interface MachineStatus {
  readonly pid: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly totalMemoryKib: Kib;
  readonly freeMemoryKib: Kib;
  readonly cpus: number;
  /** Guests; domain 0 does not count. */
  readonly domains: number;
}

export interface DaemonStatus {
  readonly pid: number;
  readonly version: string;
  readonly stateDir: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly host: { readonly kind: 'embedded' | 'xen'; readonly why: string };
  readonly operations: {
    readonly running: number;
    readonly queued: number;
    readonly stuck: number;
  };
}

/** A domain as `list` shows it: the hypervisor's word, and the store's for the name. */
export interface ListedDomain extends DomainInfo {
  /** Null when the store has no name for it, as for a domain that is being torn down. */
  readonly name: string | null;
  /** Where `long` was asked for and one is known; where `libxl` was asked for. */
  readonly config?: JsonObject;
}

/** What became of a domain under one domid. */
export type Fate =
  | { readonly state: 'shutdown'; readonly reason: ShutdownReason }
  | { readonly state: 'gone' }
  /** Neither yet: who wants to know more asks again. */
  | { readonly state: 'standing' };

export interface DomainList {
  readonly domains: readonly ListedDomain[];
}

/** What was noticed while a request was read; the operation goes on. */
export interface WarningLine {
  readonly event: 'warning';
  readonly message: string;
  /** `file:line:column` */
  readonly where: string;
}

/** A config as it was read, where that was asked for. */
export interface ConfigLine {
  readonly event: 'config';
  readonly config: JsonObject;
}

/** What is said of a request before it is queued, or tried out. */
export type Foreword = WarningLine | ConfigLine;

/** What a dry run found: the last line, after any forewords, of a request with `dryRun`. */
export interface PreviewLine {
  readonly event: 'previewed';
  readonly kind: OperationKind;
  readonly uuid: Uuid;
  readonly name: string;
  readonly steps: readonly PlannedStep[];
  readonly changes: readonly StoreChange[];
}

/** What becomes of one node of the store. Values are as the store has them, read as UTF-8. */
export interface StoreChange {
  readonly path: string;
  /** Absent: there was, or will be, no such node. Permissions are in wire form, `n0,r5`. */
  readonly before?: { readonly value: string; readonly permissions: string };
  readonly after?: { readonly value: string; readonly permissions: string };
}

export type ReplyLine = Foreword | OperationEvent | PreviewLine;

/** One stay of a domain under one domid. */
export interface Incarnation {
  readonly uuid: Uuid;
  /** 1 for the first, counting up for ever. */
  readonly epoch: number;
  readonly host: string;
  readonly domid: Domid;
  readonly from: number;
  /** Absent while it lasts. */
  readonly to?: number;
  readonly cause: IncarnationCause;
  readonly end?: IncarnationEnd;
  /** The operation that began it. */
  readonly operation: string;
}

/**
 * What can happen to a domain.
 *
 * - `began`: it lives under a new domid; detail: cause ({@link IncarnationCause}), name.
 * - `ended`: it has left its domid; detail: cause ({@link IncarnationEnd}).
 * - `paused`, `unpaused`: by a user.
 * - `suspended`, `resumed`: by a user; or for its migration, and when that was given up.
 * - `renamed`: detail: from, to.
 * - `migrated`: a migration is complete; detail: from, rounds, sentPages, downtimeMs, totalMs.
 * - `shutdown`: it has stopped by itself; detail: reason.
 * - `lost`: its host has lost it.
 * - `preserved`: it has stopped and stays as it is; detail: reason, and as, uuid where it made room
 *   for its successor.
 * - `given-up`: the same, because restarts did not help; detail: reason, restarts, windowMs.
 * - `reset`: it starts afresh where it is, with its memory kept.
 * - `dumped`: its memory was written to a file; detail: file, and error where that failed.
 */
export type LifecycleKind =
  | 'began'
  | 'ended'
  | 'paused'
  | 'unpaused'
  | 'renamed'
  | 'suspended'
  | 'resumed'
  | 'migrated'
  | 'shutdown'
  | 'lost'
  | 'preserved'
  | 'given-up'
  | 'reset'
  | 'dumped';

/** A change of a domain's state, as it was noticed. */
export interface LifecycleEvent {
  readonly seq: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly uuid: Uuid;
  readonly domid?: Domid;
  readonly kind: LifecycleKind;
  readonly detail: JsonObject;
}

export interface HistoryReply {
  readonly operations: readonly OperationRecord[];
  readonly incarnations: readonly Incarnation[];
  readonly events: readonly LifecycleEvent[];
}
