import { type Rights, rightsOf, type Subject } from '../xenstore/permissions.js';
import type { PermissionList, TreeNode } from './tree.js';

/** The ring over which a domain speaks: its page frame and its event channel port. */
export interface RingAddress {
  readonly frame: bigint;
  readonly port: number;
}

/** What the store knows of a domain: that it was introduced, or only named in a permission list. */
export interface DomainRecord {
  readonly domid: number;
  /** The epoch in which the domain became known. */
  readonly epoch: number;
  /** Undefined until INTRODUCE. */
  readonly ring: RingAddress | undefined;
  /** The domain whose rights it has as well (SET_TARGET), and since when that one was known. */
  readonly target: { readonly domid: number; readonly epoch: number } | undefined;
  /** Its shutdown was announced by @releaseDomain; RESUME takes that back. */
  readonly shutdown: boolean;
}

export const specialNames = ['@introduceDomain', '@releaseDomain'] as const;
export type SpecialName = (typeof specialNames)[number];

/** A change of the registry, as the log holds it. */
export type DomainMutation =
  | { readonly kind: 'domain'; readonly record: DomainRecord }
  | { readonly kind: 'domain-gone'; readonly domid: number }
  | { readonly kind: 'epoch'; readonly epoch: number }
  | {
      readonly kind: 'special';
      readonly name: SpecialName;
      readonly permissions: PermissionList;
    };

const DOMAIN_0: Subject = { domid: 0 };
const OWNED_BY_DOM0: PermissionList = { entries: [{ access: 'n', domid: 0 }], epoch: 0 };

/**
 * The domains the store knows, and through them which permission entries count. Domids come round
 * again: an entry counts only if its domain was known, without a break, since the list was set.
 * Epochs tell: one passes with each domain that becomes known.
 */
export class Domains {
  #epoch = 0;
  readonly #records = new Map<number, DomainRecord>();
  readonly #special = new Map<SpecialName, PermissionList>(
    specialNames.map((name) => [name, OWNED_BY_DOM0]),
  );

  get epoch(): number {
    return this.#epoch;
  }

  get(domid: number): DomainRecord | undefined {
    return this.#records.get(domid);
  }

  all(): IterableIterator<DomainRecord> {
    return this.#records.values();
  }

  isIntroduced(domid: number): boolean {
    return domid === 0 || this.#records.get(domid)?.ring !== undefined;
  }

  /** Who a connection of this domain is when rights are asked for. */
  subject(domid: number): Subject {
    if (domid === 0) return DOMAIN_0;
    const target = this.#records.get(domid)?.target;
    if (target === undefined) return { domid };
    const epoch = target.domid === 0 ? 0 : this.#records.get(target.domid)?.epoch;
    return epoch === target.epoch ? { domid, target: target.domid } : { domid };
  }

  /** The record of a domain that becomes known now. */
  newcomer(domid: number): DomainRecord {
    return {
      domid,
      epoch: this.#epoch + 1,
      ring: undefined,
      target: undefined,
      shutdown: false,
    };
  }

  apply(mutation: DomainMutation): void {
    switch (mutation.kind) {
      case 'domain':
        this.#records.set(mutation.record.domid, mutation.record);
        this.#epoch = Math.max(this.#epoch, mutation.record.epoch);
        return;
      case 'epoch':
        this.#epoch = Math.max(this.#epoch, mutation.epoch);
        return;
      case 'domain-gone':
        this.#records.delete(mutation.domid);
        return;
      case 'special':
        this.#special.set(mutation.name, mutation.permissions);
        return;
    }
  }

  /** The mutation that takes `mutation` back; must be asked for before that is applied. */
  inverse(mutation: DomainMutation): DomainMutation {
    switch (mutation.kind) {
      case 'domain':
      case 'domain-gone': {
        const domid = mutation.kind === 'domain' ? mutation.record.domid : mutation.domid;
        const record = this.#records.get(domid);
        return record === undefined ? { kind: 'domain-gone', domid } : { kind: 'domain', record };
      }
      case 'epoch':
        return mutation;
      case 'special':
        return { ...mutation, permissions: this.specialPermissions(mutation.name) };
    }
  }

  specialPermissions(name: SpecialName): PermissionList {
    return this.#special.get(name) ?? OWNED_BY_DOM0;
  }

  rights(subject: Subject, node: TreeNode): Rights {
    return this.rightsIn(subject, node.permissions);
  }

  rightsIn(subject: Subject, list: PermissionList): Rights {
    return rightsOf(subject, list.entries, (domid) => this.isKnownSince(domid, list.epoch));
  }

  /** Whether a domain was known in an epoch and has been since. */
  isKnownSince(domid: number, epoch: number): boolean {
    const since = this.#records.get(domid)?.epoch;
    return domid === 0 || (since !== undefined && since <= epoch);
  }
}
