import type { LifecycleEvent } from './api.js';
import type { IncarnationCause, IncarnationEnd } from './domain.js';
import type { Domid, Uuid } from './ids.js';
import type { JsonObject } from './json.js';

/** Where the lives of domains are written down. Every call may be repeated, and is durable. */
export interface Chronicle {
  /** Notes that a domain exists under a name: what it is called from now on. */
  domainSeen(domain: { readonly uuid: Uuid; readonly name: string; readonly at: number }): void;
  /** Begins an incarnation; the same operation, host and domid give the same one again. */
  beginIncarnation(incarnation: {
    readonly uuid: Uuid;
    readonly name: string;
    readonly host: string;
    readonly domid: Domid;
    readonly cause: IncarnationCause;
    readonly operation: string;
    /** Milliseconds since the epoch, here and below. */
    readonly at: number;
  }): number;
  /** Ends the living incarnation under a domid, if there is one. */
  endIncarnation(incarnation: {
    readonly uuid: Uuid;
    readonly host: string;
    readonly domid: Domid;
    readonly end: IncarnationEnd;
    readonly at: number;
  }): boolean;
  /** Ends, as `rolled-back`, the incarnation that an operation began and had to undo. */
  rollBackIncarnations(operation: string, uuid: Uuid, at: number): void;
  /** Keeps what a domain was configured with, for as long as the domain is known. */
  saveConfig(uuid: Uuid, config: JsonObject, at: number): void;
  config(uuid: Uuid): JsonObject | undefined;
  appendEvent(event: Omit<LifecycleEvent, 'seq'>): LifecycleEvent;
}
