/**
 * The simplest store there can be: everything is copied, nothing is indexed, and a transaction is
 * committed by doing all of it again. Values and paths are those of the wire.
 */

/** An entry of a permission list, and which bearer of its domid it was meant for. */
interface Entry {
  readonly letter: string;
  readonly domid: number;
  /** Undefined when there was no such domain: the entry is for nobody, ever. */
  readonly life: number | undefined;
}

interface Node {
  value: string;
  permissions: readonly Entry[];
  children: Map<string, Node>;
}

export type Operation =
  | { readonly kind: 'read' | 'list' | 'get-permissions' | 'mkdir' | 'rm'; readonly path: string }
  | { readonly kind: 'write'; readonly path: string; readonly value: string }
  | { readonly kind: 'set-permissions'; readonly path: string; readonly list: readonly string[] };

/** An operation whose path is absolute and whose entries are known to be for whom. */
type Resolved =
  | Exclude<Operation, { kind: 'set-permissions' }>
  | {
      readonly kind: 'set-permissions';
      readonly path: string;
      readonly permissions: readonly Entry[];
    };

export type HostState = 'alive' | 'shutdown' | 'gone';

/** What is done to a tree before anybody hears of it. */
class Draft {
  readonly root: Node;
  /** Paths that watches are told of, in order, and the nodes that went with each. */
  readonly changes = new Map<string, Gone[]>();
  readonly before: Node;

  constructor(before: Node) {
    this.before = before;
    this.root = copyOf(before);
  }

  changed(path: string, gone: Gone[] = []): void {
    const known = this.changes.get(path);
    if (known === undefined) this.changes.set(path, gone);
    else if (known.length === 0) known.push(...gone);
  }

  remove(path: string): void {
    const parent = find(this.root, above(path));
    const node = find(this.root, path);
    if (parent === undefined || node === undefined) throw new Error(`no ${path} to remove`);
    parent.children.delete(lastName(path));
    this.changed(path, goneBelow(path, node));
  }
}

interface Gone {
  readonly path: string;
  readonly node: Node;
  readonly parent: Node;
}

interface Transaction {
  readonly draft: Draft;
  readonly done: { readonly operation: Resolved; readonly answer: string }[];
  hasHitQuota: boolean;
}

interface Watch {
  readonly client: Client;
  readonly path: string;
  readonly token: string;
  /** What reported paths begin with that the client does not want to see. */
  readonly base: string;
}

interface Message {
  readonly text: string;
  readonly coalesces: boolean;
}

export class Client {
  readonly domid: number;
  readonly transactions = new Map<number, Transaction>();
  waiting: Message[] = [];
  lastTransaction = 0;

  constructor(domid: number) {
    this.domid = domid;
  }

  get home(): string {
    return `/local/domain/${this.domid}`;
  }

  reply(text: string): void {
    this.waiting.push({ text: /^E[A-Z0-9]+$/.test(text) ? `${text}\0` : text, coalesces: false });
  }

  take(): string[] {
    return this.waiting.splice(0).map(({ text }) => text);
  }
}

const OK = 'OK\0';
const DOM0_ONLY: readonly Entry[] = [{ letter: 'n', domid: 0, life: 0 }];
const changing: ReadonlySet<string> = new Set(['mkdir', 'write', 'set-permissions', 'rm']);

export class Model {
  nodeQuota = 1000;
  root: Node = { value: '', permissions: DOM0_ONLY, children: new Map() };
  readonly clients = new Set<Client>();
  /** What the hypervisor says. */
  readonly host = new Map<number, HostState>();
  /** Domains that are known, and which bearer of the domid each is. */
  readonly #lives = new Map<number, number>();
  readonly #introduced = new Set<number>();
  readonly #shutdown = new Set<number>();
  readonly #targets = new Map<number, { domid: number; life: number | undefined }>();
  readonly #special = new Map([
    ['@introduceDomain', DOM0_ONLY],
    ['@releaseDomain', DOM0_ONLY],
  ]);
  #watches: Watch[] = [];
  #lastLife = 0;

  exists(domid: number): boolean {
    return domid === 0 || (this.host.get(domid) ?? 'alive') !== 'gone';
  }

  connect(domid: number): Client {
    this.#acquaint(domid);
    const client = new Client(domid);
    this.clients.add(client);
    return client;
  }

  disconnect(client: Client): void {
    this.clients.delete(client);
    this.#forget(client);
  }

  // Requests of all.

  /** @param id of a transaction, or 0 */
  do(client: Client, id: number, operation: Operation): void {
    client.reply(this.#answer(client, id, operation));
  }

  #answer(client: Client, id: number, operation: Operation): string {
    const transaction = client.transactions.get(id);
    if (id !== 0 && transaction === undefined) return 'ENOENT';
    const resolved = this.#resolve(client, operation);
    if (typeof resolved === 'string') return resolved;
    if (transaction === undefined) {
      const draft = new Draft(this.root);
      const answer = this.#perform(client, draft, resolved);
      this.#commit(draft);
      return answer;
    }
    const answer = transaction.hasHitQuota
      ? 'ENOSPC'
      : this.#perform(client, transaction.draft, resolved);
    transaction.hasHitQuota ||= answer === 'ENOSPC';
    transaction.done.push({ operation: resolved, answer });
    return answer;
  }

  start(client: Client): void {
    client.lastTransaction += 1;
    const draft = new Draft(this.root);
    client.transactions.set(client.lastTransaction, { draft, done: [], hasHitQuota: false });
    client.reply(`${client.lastTransaction}\0`);
  }

  end(client: Client, id: number, commit: boolean): void {
    const transaction = client.transactions.get(id);
    client.transactions.delete(id);
    client.reply(transaction === undefined ? 'ENOENT' : this.#end(client, transaction, commit));
  }

  #end(client: Client, transaction: Transaction, commit: boolean): string {
    const { done, hasHitQuota } = transaction;
    if (!commit || !done.some(({ operation }) => changing.has(operation.kind))) return OK;
    if (hasHitQuota) return 'ENOMEM';
    const draft = new Draft(this.root);
    for (const { operation, answer } of done) {
      if (this.#perform(client, draft, operation) !== answer) return 'EAGAIN';
    }
    this.#commit(draft);
    return OK;
  }

  watch(client: Client, given: string, token: string): void {
    const path = absolute(client, given);
    const isKnown = this.#watches.some(
      (watch) => watch.client === client && watch.path === path && watch.token === token,
    );
    client.reply(isKnown ? 'EEXIST' : OK);
    if (isKnown) return;
    const watch = { client, path, token, base: path === given ? '' : `${client.home}/` };
    this.#watches.push(watch);
    fire(watch, path);
  }

  unwatch(client: Client, given: string, token: string): void {
    const path = absolute(client, given);
    const kept = this.#watches.filter(
      (watch) => watch.client !== client || watch.path !== path || watch.token !== token,
    );
    client.reply(kept.length < this.#watches.length ? OK : 'ENOENT');
    this.#watches = kept;
  }

  reset(client: Client): void {
    this.#forget(client);
    client.reply(OK);
  }

  /** Permissions of a special name. */
  setSpecial(client: Client, name: string, list: readonly string[]): void {
    client.reply(this.#setSpecial(client, name, list));
  }

  #setSpecial(client: Client, name: string, list: readonly string[]): string {
    const permissions = this.#entries(client, list);
    if (typeof permissions === 'string') return permissions;
    if (this.#rights(client.domid, this.#special.get(name) ?? []) !== 'all') return 'EACCES';
    this.#special.set(name, permissions);
    return OK;
  }

  // Requests of domain 0.

  introduce(client: Client, domid: number): void {
    client.reply(this.#forDomain0(client, () => this.#introduce(domid)));
  }

  #introduce(domid: number): string {
    if (!this.exists(domid)) return 'EINVAL';
    this.#acquaint(domid);
    if (this.#introduced.has(domid)) return OK;
    this.#introduced.add(domid);
    this.#fireSpecial('@introduceDomain');
    return OK;
  }

  release(client: Client, domid: number): void {
    const release = () => {
      if (!this.#introduced.has(domid)) return 'ENOENT';
      this.#remove(domid);
      return OK;
    };
    client.reply(this.#forDomain0(client, release));
  }

  resume(client: Client, domid: number): void {
    const resume = () => {
      this.#shutdown.delete(domid);
      return this.#introduced.has(domid) ? OK : 'ENOENT';
    };
    client.reply(this.#forDomain0(client, resume));
  }

  setTarget(client: Client, domid: number, target: number): void {
    const setTarget = () => {
      const isThere = (one: number) => one === 0 || this.#introduced.has(one);
      if (!isThere(domid) || !isThere(target)) return 'ENOENT';
      this.#targets.set(domid, { domid: target, life: this.#lives.get(target) });
      return OK;
    };
    client.reply(this.#forDomain0(client, setTarget));
  }

  /** The daemon looks at what the hypervisor says. */
  look(): void {
    let announce = false;
    for (const domid of [...this.#lives.keys()]) {
      const state = this.host.get(domid) ?? 'alive';
      if (state === 'gone') this.#remove(domid);
      else if (state === 'shutdown' && this.#introduced.has(domid) && !this.#shutdown.has(domid)) {
        this.#shutdown.add(domid);
        announce = true;
      }
    }
    if (announce) this.#fireSpecial('@releaseDomain');
  }

  #forDomain0(client: Client, request: () => string): string {
    return client.domid === 0 ? request() : 'EACCES';
  }

  // Domains.

  #acquaint(domid: number): void {
    if (domid === 0 || this.#lives.has(domid) || !this.exists(domid)) return;
    this.#lastLife += 1;
    this.#lives.set(domid, this.#lastLife);
  }

  #remove(domid: number): void {
    const wasIntroduced = this.#introduced.delete(domid);
    const draft = new Draft(this.root);
    for (const path of ownedTops(draft.root, '/', domid)) {
      if (path !== '/') draft.remove(path);
    }
    const [owner, ...others] = draft.root.permissions;
    if (owner?.domid === domid) {
      draft.root.permissions = [{ ...owner, domid: 0, life: 0 }, ...others];
      draft.changed('/');
    }
    this.#lives.delete(domid);
    this.#targets.delete(domid);
    this.#shutdown.delete(domid);
    for (const [name, permissions] of this.#special) {
      const [first, ...rest] = permissions;
      if (first?.domid !== domid) continue;
      this.#special.set(name, [{ ...first, domid: 0, life: 0 }, ...rest]);
    }
    this.#commit(draft);
    for (const client of [...this.clients]) if (client.domid === domid) this.disconnect(client);
    if (wasIntroduced) this.#fireSpecial('@releaseDomain');
  }

  #isAlive({ domid, life }: Omit<Entry, 'letter'>): boolean {
    return domid === 0 || (life !== undefined && life === this.#lives.get(domid));
  }

  /** `all`, or the letter that applies. */
  #rights(domid: number, permissions: readonly Entry[]): string {
    const target = this.#targets.get(domid);
    const isMine = (entry: Entry) =>
      this.#isAlive(entry) &&
      (entry.domid === domid ||
        (target !== undefined && entry.domid === target.domid && this.#isAlive(target)));
    const [owner, ...others] = permissions;
    if (domid === 0 || owner === undefined || isMine(owner)) return 'all';
    return others.find(isMine)?.letter ?? owner.letter;
  }

  #may(client: Client, what: 'read' | 'write', permissions: readonly Entry[] | undefined): boolean {
    if (permissions === undefined) return false;
    const rights = this.#rights(client.domid, permissions);
    return rights === 'all' || rights === 'b' || rights === what.slice(0, 1);
  }

  // The tree.

  #resolve(client: Client, operation: Operation): Resolved | string {
    const path = absolute(client, operation.path);
    if (operation.kind !== 'set-permissions') return { ...operation, path };
    const permissions = this.#entries(client, operation.list);
    if (typeof permissions === 'string') return permissions;
    return { kind: operation.kind, path, permissions };
  }

  #entries(client: Client, list: readonly string[]): Entry[] | string {
    if (client.domid !== 0 && list.length > 5) return 'ENOSPC';
    const entries = list.map((text) => ({
      letter: text.slice(0, 1),
      domid: Number(text.slice(1)),
    }));
    if (!this.exists(entries[0]?.domid ?? 0)) return 'ENOENT';
    return entries.map((entry) => {
      this.#acquaint(entry.domid);
      return { ...entry, life: entry.domid === 0 ? 0 : this.#lives.get(entry.domid) };
    });
  }

  #perform(client: Client, draft: Draft, operation: Resolved): string {
    const { path } = operation;
    const node = find(draft.root, path);
    const needs = changing.has(operation.kind) ? 'write' : 'read';
    if (operation.kind === 'set-permissions') {
      const { permissions } = operation;
      if (permissions[0] !== undefined && !this.#isAlive(permissions[0])) return 'ENOENT';
      if (node === undefined) return this.#missing(client, draft, path, 'write');
      if (this.#rights(client.domid, node.permissions) !== 'all') return 'EACCES';
      if (client.domid !== 0 && permissions[0]?.domid !== node.permissions[0]?.domid) {
        return 'EPERM';
      }
      node.permissions = permissions;
      draft.changed(path);
      return OK;
    }
    if (node !== undefined && !this.#may(client, needs, node.permissions)) return 'EACCES';
    if (node === undefined) {
      const refused = this.#missing(client, draft, path, needs);
      if (refused === 'EACCES') return refused;
    }
    switch (operation.kind) {
      case 'read':
        return node === undefined ? 'ENOENT' : node.value;
      case 'list':
        if (node === undefined) return 'ENOENT';
        return [...node.children.keys()].map((name) => `${name}\0`).join('');
      case 'get-permissions':
        if (node === undefined) return 'ENOENT';
        return node.permissions.map(({ letter, domid }) => `${letter}${domid}\0`).join('');
      case 'mkdir':
        return node === undefined ? this.#create(client, draft, path, '') : OK;
      case 'write':
        if (node === undefined) return this.#create(client, draft, path, operation.value);
        node.value = operation.value;
        draft.changed(path);
        return OK;
      case 'rm':
        if (path === '/') return 'EINVAL';
        if (node === undefined) return find(draft.root, above(path)) === undefined ? 'ENOENT' : OK;
        draft.remove(path);
        return OK;
    }
  }

  #missing(client: Client, draft: Draft, path: string, needs: 'read' | 'write'): string {
    let nearest = path;
    while (find(draft.root, nearest) === undefined) nearest = above(nearest);
    return this.#may(client, needs, find(draft.root, nearest)?.permissions) ? 'ENOENT' : 'EACCES';
  }

  #create(client: Client, draft: Draft, path: string, value: string): string {
    const names = path.slice(1).split('/');
    const missing = names.filter(
      (_, i) => !find(draft.root, `/${names.slice(0, i + 1).join('/')}`),
    );
    if (client.domid !== 0) {
      const { domid } = client;
      // What the transaction itself has won or lost comes on top of what the domain has by now.
      const won = owned(draft.root, domid) - owned(draft.before, domid);
      if (owned(this.root, domid) + won + missing.length > this.nodeQuota) return 'ENOSPC';
    }
    let node = draft.root;
    for (const name of names) {
      let child = node.children.get(name);
      if (child === undefined) {
        child = { value: '', permissions: this.#inherited(client, node), children: new Map() };
        node.children.set(name, child);
      }
      node = child;
    }
    node.value = value;
    draft.changed(path);
    return OK;
  }

  #inherited({ domid }: Client, { permissions }: Node): readonly Entry[] {
    const [owner, ...others] = permissions;
    if (domid === 0 || owner === undefined) return permissions;
    return [{ letter: owner.letter, domid, life: this.#lives.get(domid) }, ...others];
  }

  // Events.

  #commit(draft: Draft): void {
    this.root = draft.root;
    for (const [path, gone] of draft.changes) {
      const [before, after] = [find(draft.before, path), find(draft.root, path)];
      if (before === undefined && after === undefined) continue;
      for (const { path: lost, node, parent } of before === undefined ? [] : gone) {
        if (draft.changes.has(lost) || find(draft.before, lost) === undefined) continue;
        const visible = [node.permissions, parent.permissions];
        this.#tell(lost, visible, (watched) => watched === lost);
      }
      const parent = path === '/' ? undefined : find(draft.root, above(path));
      const visible = [after?.permissions, parent?.permissions, before?.permissions];
      this.#tell(path, visible, (watched) => isAtOrBelow(path, watched));
    }
  }

  #tell(
    path: string,
    visible: readonly (readonly Entry[] | undefined)[],
    concerns: (watched: string) => boolean,
  ): void {
    for (const watch of this.#watches) {
      if (!concerns(watch.path)) continue;
      if (visible.some((list) => this.#may(watch.client, 'read', list))) fire(watch, path);
    }
  }

  #fireSpecial(name: string): void {
    for (const watch of this.#watches) {
      if (watch.path !== name) continue;
      if (this.#may(watch.client, 'read', this.#special.get(name))) fire(watch, name, false);
    }
  }

  #forget(client: Client): void {
    client.transactions.clear();
    this.#watches = this.#watches.filter((watch) => watch.client !== client);
  }
}

function fire({ client, base, token }: Watch, path: string, coalesces = true): void {
  const text = `EVENT ${path.slice(base.length)} ${token}`;
  if (coalesces && client.waiting.some((known) => known.coalesces && known.text === text)) return;
  client.waiting.push({ text, coalesces });
}

function absolute(client: Client, path: string): string {
  return /^[/@]/.test(path) ? path : `${client.home}/${path}`;
}

function find(root: Node, path: string): Node | undefined {
  let node: Node | undefined = root;
  for (const name of path.split('/')) if (name !== '') node = node?.children.get(name);
  return node;
}

function above(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function isAtOrBelow(path: string, top: string): boolean {
  return path === top || path.startsWith(top === '/' ? '/' : `${top}/`);
}

function copyOf(node: Node): Node {
  const children = new Map<string, Node>();
  for (const [name, child] of node.children) children.set(name, copyOf(child));
  return { value: node.value, permissions: node.permissions, children };
}

/** All below a node, each behind what is below it. */
function goneBelow(path: string, parent: Node): Gone[] {
  return [...parent.children].flatMap(([name, node]) => [
    ...goneBelow(`${path}/${name}`, node),
    { path: `${path}/${name}`, node, parent },
  ]);
}

function owned(node: Node, domid: number): number {
  let count = node.permissions[0]?.domid === domid ? 1 : 0;
  for (const child of node.children.values()) count += owned(child, domid);
  return count;
}

/** Topmost nodes of a domain; the root, which stays, does not count as being above others. */
function ownedTops(node: Node, path: string, domid: number): string[] {
  if (path !== '/' && node.permissions[0]?.domid === domid) return [path];
  return [...node.children].flatMap(([name, child]) =>
    ownedTops(child, `${path === '/' ? '' : path}/${name}`, domid),
  );
}
