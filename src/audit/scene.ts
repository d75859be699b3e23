import { vmPath, vmPointerPath } from '../layout/index.js';
import { DOM0, type DomainInfo, type Domid, parseUuid, type Uuid } from '../model/index.js';
import { type Snapshot, Tree } from './snapshot.js';

/** A snapshot with what every check asks of it. */
export class Scene {
  readonly tree: Tree;
  readonly #snapshot: Snapshot;
  /** Guests that are neither dying nor left alone. */
  readonly living: readonly DomainInfo[];
  readonly #present: ReadonlyMap<Domid, DomainInfo>;
  /** Who uses a directory below /vm. */
  readonly #users = new Map<string, DomainInfo[]>();

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
    this.tree = new Tree(snapshot.nodes);
    this.#present = new Map(snapshot.domains.map((info) => [info.domid, info]));
    this.living = snapshot.domains.filter(
      (info) => info.domid !== DOM0 && !info.dying && !this.isBusy(info.domid),
    );
    for (const info of snapshot.domains) {
      for (const vm of new Set([vmPath(info.uuid), this.vmOf(info.domid)])) {
        if (vm !== undefined) this.#users.set(vm, [...this.usersOf(vm), info]);
      }
    }
  }

  /** Where domains should live by the history, but for those that are left alone. */
  get expected(): Snapshot['expected'] {
    return this.#snapshot.expected.filter(
      ({ domid, uuid }) => !this.isBusy(domid) && !this.isBusyVm(vmPath(uuid)),
    );
  }

  domain(domid: Domid): DomainInfo | undefined {
    return this.#present.get(domid);
  }

  /** A living guest that is not left alone. */
  livingGuest(domid: Domid): DomainInfo | undefined {
    return this.living.find((info) => info.domid === domid);
  }

  /** Whether no domain has the number, not even one that dies, and nothing is under way with it. */
  isGone(domid: Domid): boolean {
    return !this.#present.has(domid) && !this.isBusy(domid);
  }

  /** The directory below /vm that a domain uses, by its own word. */
  vmOf(domid: Domid): string | undefined {
    return this.tree.value(vmPointerPath(domid));
  }

  /** All domains of the hypervisor that use a directory below /vm, dying ones too. */
  usersOf(vm: string): readonly DomainInfo[] {
    return this.#users.get(vm) ?? [];
  }

  /** The domids of those who use a directory below /vm and are not dying. */
  incarnationsOf(vm: string): Domid[] {
    return this.usersOf(vm).flatMap(({ domid, dying }) => (dying ? [] : [domid]));
  }

  isKnown(uuid: Uuid): boolean {
    return this.#snapshot.known.has(uuid);
  }

  isBusy(domid: Domid): boolean {
    const { uuids, domids } = this.#snapshot.busy;
    if (domids.has(domid)) return true;
    const uuid = this.#present.get(domid)?.uuid;
    if (uuid !== undefined && uuids.has(uuid)) return true;
    return this.isBusyVm(this.vmOf(domid) ?? '');
  }

  /** Whether a directory below /vm is of a domain that is left alone. */
  isBusyVm(vm: string): boolean {
    const uuid = parseUuid(vm.split('/').at(-1) ?? '');
    return uuid !== undefined && this.#snapshot.busy.uuids.has(uuid);
  }
}
