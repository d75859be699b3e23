import { domainPath } from '../xenstore/path.js';
import { type DomainRecord, type RingAddress, specialNames } from './domains.js';
import type { Edit } from './edit.js';
import type { DomainState } from './host.js';
import { type Failure, failure } from './outcome.js';
import type { Store } from './store.js';
import { type TreeNode, walk } from './tree.js';

/** The first domid that no domain can have (`DOMID_FIRST_RESERVED`, xen/public/xen.h). */
const FIRST_RESERVED = 0x7ff0;

/** A transport to a domain that is there but not served yet. */
export interface OpenRing {
  /** Serves the domain over it, in place of any ring the domain had before. */
  serve(): void;
  abandon(): void;
}

/** What the store needs of the world to let domains come and go. */
export interface DomainWorld {
  domainState(domid: number): DomainState;
  openRing(domid: number, ring: RingAddress): OpenRing | undefined;
  /** Ends all connections of a domain. */
  disconnectDomain(domid: number): void;
  /** Makes all pending commits durable now; false when that failed and they are undone. */
  settle(): boolean;
}

/** How domains become known to the store, speak to it and leave it. */
export class Lifecycle {
  readonly #store: Store;
  readonly #world: DomainWorld;

  constructor(store: Store, world: DomainWorld) {
    this.#store = store;
    this.#world = world;
  }

  exists(domid: number): boolean {
    if (domid === 0) return true;
    return domid > 0 && domid < FIRST_RESERVED && this.#world.domainState(domid) !== 'gone';
  }

  /** Makes a domain known that is named in a permission list, if there is such a domain. */
  acquaint(domid: number): boolean {
    if (!this.exists(domid)) return false;
    if (domid === 0 || this.#store.domains.get(domid) !== undefined) return true;
    this.#store.commitDomains({ kind: 'domain', record: this.#store.domains.newcomer(domid) });
    return true;
  }

  /** Introducing a domain again gives it a new ring and fresh state, and is no event. */
  introduce(domid: number, ring: RingAddress): Failure | undefined {
    const { domains } = this.#store;
    if (domid === 0) return undefined;
    if (!this.exists(domid)) return failure('EINVAL');
    const opened = this.#world.openRing(domid, ring);
    if (opened === undefined) return failure('EINVAL');
    const isNew = !domains.isIntroduced(domid);
    const known = domains.get(domid) ?? domains.newcomer(domid);
    const record = isNew ? { ...known, ring, shutdown: false } : { ...known, ring };
    this.#store.commitDomains({ kind: 'domain', record });
    if (!this.#world.settle()) {
      opened.abandon();
      return failure('ENOSPC');
    }
    opened.serve();
    if (isNew) this.#store.fireSpecial('@introduceDomain');
    return undefined;
  }

  /** Takes up with a domain again that was introduced before the daemon restarted. */
  reconnect(record: DomainRecord): void {
    if (record.ring === undefined) return;
    const opened = this.exists(record.domid)
      ? this.#world.openRing(record.domid, record.ring)
      : undefined;
    if (opened === undefined) this.remove(record);
    else opened.serve();
  }

  release(domid: number): Failure | undefined {
    const record = this.#store.domains.get(domid);
    if (domid === 0) return failure('EINVAL');
    if (record?.ring === undefined) return failure('ENOENT');
    return this.remove(record) ? undefined : failure('ENOSPC');
  }

  resume(domid: number): Failure | undefined {
    const record = this.#store.domains.get(domid);
    if (domid === 0) return failure('EINVAL');
    if (record?.ring === undefined) return failure('ENOENT');
    if (record.shutdown) this.#update({ ...record, shutdown: false });
    return undefined;
  }

  setTarget(domid: number, target: number): Failure | undefined {
    const { domains } = this.#store;
    const record = domains.get(domid);
    if (!domains.isIntroduced(domid) || !domains.isIntroduced(target)) return failure('ENOENT');
    if (record !== undefined) {
      const epoch = domains.get(target)?.epoch ?? 0;
      this.#update({ ...record, target: { domid: target, epoch } });
    }
    return undefined;
  }

  /**
   * Looks at one domain, or all, and follows the hypervisor: who is gone is removed, who has shut
   * down is announced once. False when something could not be made durable and must be tried again.
   */
  follow(domid?: number): boolean {
    const { domains } = this.#store;
    const records = domid === undefined ? [...domains.all()] : [domains.get(domid)];
    let complete = true;
    let announce = false;
    for (const record of records) {
      if (record === undefined) continue;
      const state = this.#world.domainState(record.domid);
      if (state === 'gone') {
        complete = this.remove(record) && complete;
      } else if (state === 'shutdown' && record.ring !== undefined && !record.shutdown) {
        this.#update({ ...record, shutdown: true });
        announce = true;
      }
    }
    if (announce) this.#store.fireSpecial('@releaseDomain');
    return complete;
  }

  /** Forgets a domain: its nodes with all below them, its connections. */
  remove({ domid, ring }: DomainRecord): boolean {
    this.#store.commitOwn(
      (edit) => {
        for (const path of this.#ownedTops(domid)) edit.remove(path);
        disownRoot(edit, domid);
      },
      [...this.#specialWithout(domid), { kind: 'domain-gone', domid }],
    );
    if (!this.#world.settle()) return false;
    this.#world.disconnectDomain(domid);
    if (ring !== undefined) this.#store.fireSpecial('@releaseDomain');
    return true;
  }

  #update(record: DomainRecord): void {
    this.#store.commitDomains({ kind: 'domain', record });
  }

  /** The topmost nodes that a domain owns. Most domains own nothing outside of their home. */
  #ownedTops(domid: number): string[] {
    const { tree } = this.#store;
    const owned = this.#store.nodesOwned(domid);
    if (owned === 0) return [];
    const home = domainPath(domid);
    const homeNode = tree.find(home);
    if (homeNode !== undefined) {
      const { tops, count } = ownedBelow(homeNode, home, domid);
      if (count === owned) return tops;
    }
    return ownedBelow(tree.root, '/', domid).tops.filter((path) => path !== '/');
  }

  #specialWithout(domid: number) {
    const { domains } = this.#store;
    return specialNames.flatMap((name) => {
      const { entries, epoch } = domains.specialPermissions(name);
      const [owner, ...others] = entries;
      if (owner === undefined || !entries.some((entry) => entry.domid === domid)) return [];
      const kept = others.filter((entry) => entry.domid !== domid);
      const newOwner = owner.domid === domid ? { ...owner, domid: 0 } : owner;
      const permissions = { entries: [newOwner, ...kept], epoch };
      return [{ kind: 'special' as const, name, permissions }];
    });
  }
}

/** The root stays when its owner goes, and must not become the next one's of that domid. */
function disownRoot(edit: Edit, domid: number): void {
  const { root } = edit.tree;
  const [owner, ...others] = root.permissions.entries;
  if (owner?.domid !== domid) return;
  const entries = [{ ...owner, domid: 0 }, ...others];
  edit.setPermissions('/', root, { ...root.permissions, entries });
}

/** Topmost nodes that a domain owns at or below a node, and how many it owns there in all. */
function ownedBelow(
  root: TreeNode,
  rootPath: string,
  domid: number,
): { tops: string[]; count: number } {
  const tops: string[] = [];
  let count = 0;
  for (const [path, node] of walk(root, rootPath)) {
    if (node.owner !== domid) continue;
    count += 1;
    const top = tops.at(-1);
    if (top === undefined || !path.startsWith(`${top}/`)) tops.push(path);
  }
  return { tops, count };
}
