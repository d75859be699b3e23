import type { Domid, Uuid } from './ids.js';
import type { OperationKind } from './operation.js';

/** What `fsck` looks for. */
export const FINDING_CODES = {
  'orphan-home': 'keys below /local/domain of a domid that no domain has',
  'orphan-record': 'keys below /libxl of a domid that no domain has',
  'orphan-vm': 'a directory below /vm of a domain that is not on this host',
  'orphan-back-end': 'a back end for a domid that no domain has',
  'orphan-device-model': "a device model's keys for a domid that no domain has",
  'lost-domain': 'a domain that the history has and the hypervisor has not',
  'no-home': 'a domain without keys of its own',
  'no-vm': 'a domain whose ~/vm names nothing',
  'stale-reference': 'a reference below /vm/<uuid>/domains that names no incarnation',
  'missing-reference': 'an incarnation without its reference below /vm/<uuid>/domains',
  'stale-back-pointer': 'a device below /vm/<uuid>/device that no incarnation has',
  'wrong-vm-name': 'a name below /vm/<uuid> that is not the name of the domain',
  'lone-back-end': 'a back end with neither front end nor record',
  'no-front-end': 'a device without its front end',
  'no-back-end': 'a device without its back end',
  'stale-record': 'a record of a device that has neither half',
  'no-record': 'a device that the toolstack has no record of',
  'front-end-elsewhere': 'a front end that names another back end than its record',
  'empty-directory': 'a directory of devices with none in it',
  'same-name': 'a name that several living domains have',
  'same-uuid': 'a UUID that several living domains have',
  'wrong-permissions': 'a key that others than meant may read or write',
  'wrong-value': "a value that does not fit the key's format",
} as const;
export type FindingCode = keyof typeof FINDING_CODES;

/** One change of the store by which a finding is repaired. Each may be repeated. */
export type RepairEdit =
  /** Removes a node and all below it, and then its parents up to, and without, `upTo` if empty. */
  | { readonly edit: 'remove'; readonly path: string; readonly upTo?: string }
  /** Permissions in wire form: `n0,r5`. */
  | {
      readonly edit: 'write';
      readonly path: string;
      readonly value: string;
      readonly permissions: string;
    }
  | { readonly edit: 'permit'; readonly path: string; readonly permissions: string };

/** What must still be true for a repair to be done. */
export type RepairCondition =
  /** No domain has this domid. */
  | { readonly is: 'gone'; readonly domid: number }
  /** No domain of the hypervisor has this UUID. */
  | { readonly is: 'nowhere'; readonly uuid: string }
  /** This domain lives under this domid. */
  | { readonly is: 'living'; readonly domid: number; readonly uuid: string }
  | { readonly is: 'there'; readonly path: string }
  | { readonly is: 'missing'; readonly path: string }
  /** The node is there, and nothing below it. */
  | { readonly is: 'empty'; readonly path: string }
  | { readonly is: 'value'; readonly path: string; readonly value: string };

/** A repair as data: pure JSON, it goes through plans and journals unchanged. */
// A type alias, not an interface: only those are assignable to JsonObject.
export type Repair = {
  readonly edits: readonly RepairEdit[];
  readonly conditions: readonly RepairCondition[];
};

/** Something in the store that does not belong there, or does not agree with the rest. */
export interface Finding {
  readonly code: FindingCode;
  /** `warning`: nothing of the toolstack is misled by it. */
  readonly severity: 'error' | 'warning';
  readonly path: string;
  readonly domid?: Domid;
  /** What was found, a sentence. */
  readonly what: string;
  /** How such a thing comes about and what it does, a sentence. */
  readonly why: string;
  /** What `--fix` does; absent where a person must decide. */
  readonly repair?: Repair;
  /** What a person can do, where there is no repair. */
  readonly suggestion?: string;
}

/** A domain that was left alone because an operation on it is under way, or stuck. */
export interface LeftAlone {
  readonly uuid: Uuid;
  readonly name: string;
  readonly operation: string;
  readonly kind: OperationKind;
  readonly status: string;
}

export interface AuditReport {
  readonly findings: readonly Finding[];
  readonly leftAlone: readonly LeftAlone[];
  /** How many domains and keys were looked at. */
  readonly domains: number;
  readonly keys: number;
}
