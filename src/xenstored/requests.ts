import {
  domainPath,
  isLongerThan,
  isNodePath,
  isSpecial,
  isWatchPath,
  resolvePath,
} from '../xenstore/path.js';
import { type Permission, parsePermission } from '../xenstore/permissions.js';
import { type Frame, MessageType } from '../xenstore/wire.js';
import { atoi, soleString, splitAtNul, strings } from './arguments.js';
import { type Connection, watchKey } from './connection.js';
import type { Control } from './control.js';
import { specialNames } from './domains.js';
import type { Lifecycle } from './lifecycle.js';
import { fire } from './notify.js';
import type { Operation } from './operations.js';
import { Failure, failure, OK, type Outcome } from './outcome.js';
import type { Store } from './store.js';
import type { Transaction } from './transaction.js';
import type { PermissionList } from './tree.js';
import type { WatchEntry } from './watches.js';

/** A domain that asks about itself without knowing its number (xen/public/xen.h). */
const DOMID_SELF = 0x7ff0;

const answerable: ReadonlySet<number> = new Set(
  Object.values(MessageType).filter(
    (type) => type !== MessageType.WATCH_EVENT && type !== MessageType.ERROR,
  ),
);
const forDomain0Only: ReadonlySet<number> = new Set([
  MessageType.CONTROL,
  MessageType.INTRODUCE,
  MessageType.RELEASE,
  MessageType.IS_DOMAIN_INTRODUCED,
  MessageType.RESUME,
  MessageType.SET_TARGET,
]);
const changesTheTree: ReadonlySet<number> = new Set([
  MessageType.WRITE,
  MessageType.MKDIR,
  MessageType.RM,
  MessageType.SET_PERMS,
]);
/** Their transaction id is not looked at. */
const outsideTransactions: ReadonlySet<number> = new Set([MessageType.WATCH, MessageType.UNWATCH]);
/** Their replies say nothing about the tree, and they are done even if a batch is undone. */
const independentOfBatch: ReadonlySet<number> = new Set([
  MessageType.WATCH,
  MessageType.UNWATCH,
  MessageType.RESET_WATCHES,
  MessageType.GET_DOMAIN_PATH,
]);

/** Understands requests and answers them. Replies and events go to the outboxes. */
export class Requests {
  readonly #store: Store;
  readonly #lifecycle: Lifecycle;
  readonly #control: Control;

  constructor(store: Store, lifecycle: Lifecycle, control: Control) {
    this.#store = store;
    this.#lifecycle = lifecycle;
    this.#control = control;
  }

  handle(connection: Connection, frame: Frame): void {
    const { type, requestId, transactionId } = frame;
    const outcome = this.#answer(connection, frame);
    const batch = independentOfBatch.has(type)
      ? 0
      : this.#store.batchFor(connection.transactions.get(transactionId));
    if (outcome instanceof Failure) {
      connection.reply(MessageType.ERROR, requestId, transactionId, `${outcome.code}\0`, batch);
      return;
    }
    if (typeof outcome === 'string') {
      connection.reply(type, requestId, transactionId, outcome, batch);
      return;
    }
    // A new watch fires at once, and only here the reply comes first.
    connection.reply(type, requestId, transactionId, OK, batch);
    fire(outcome, outcome.path, batch);
  }

  #answer(connection: Connection, frame: Frame): Outcome | WatchEntry<Connection> {
    const { type, transactionId } = frame;
    if (!answerable.has(type)) return failure('ENOSYS');
    if (forDomain0Only.has(type) && !connection.isPrivileged) return failure('EACCES');
    if (connection.access === 'ro') {
      if (changesTheTree.has(type)) return failure('EROFS');
      if (forDomain0Only.has(type) && type !== MessageType.IS_DOMAIN_INTRODUCED) {
        return failure('EACCES');
      }
    }
    let transaction: Transaction | undefined;
    if (transactionId !== 0 && !outsideTransactions.has(type)) {
      transaction = connection.transactions.get(transactionId);
      if (transaction === undefined) return failure('ENOENT');
    }
    switch (type as MessageType) {
      case MessageType.READ:
        return this.#onPath('read', connection, transaction, frame);
      case MessageType.DIRECTORY:
        return this.#onPath('list', connection, transaction, frame);
      case MessageType.GET_PERMS:
        return this.#onPath('get-permissions', connection, transaction, frame);
      case MessageType.MKDIR:
        return this.#onPath('mkdir', connection, transaction, frame);
      case MessageType.RM:
        return this.#onPath('remove', connection, transaction, frame);
      case MessageType.DIRECTORY_PART:
        return this.#listPart(connection, transaction, frame);
      case MessageType.WRITE:
        return this.#write(connection, transaction, frame);
      case MessageType.SET_PERMS:
        return this.#setPermissions(connection, transaction, frame);
      case MessageType.WATCH:
        return this.#watch(connection, frame);
      case MessageType.UNWATCH:
        return this.#unwatch(connection, frame);
      case MessageType.RESET_WATCHES:
        this.#store.reset(connection);
        return OK;
      case MessageType.TRANSACTION_START:
        if (transaction !== undefined) return failure('EBUSY');
        return this.#store.startTransaction(connection);
      case MessageType.TRANSACTION_END:
        return this.#endTransaction(connection, transaction, frame);
      case MessageType.INTRODUCE:
        return this.#introduce(frame);
      case MessageType.RELEASE:
        return onDomain(frame, (domid) => this.#lifecycle.release(domid) ?? OK);
      case MessageType.RESUME:
        return onDomain(frame, (domid) => this.#lifecycle.resume(domid) ?? OK);
      case MessageType.IS_DOMAIN_INTRODUCED:
        return onDomain(frame, (domid) =>
          domid === DOMID_SELF || this.#store.domains.isIntroduced(domid) ? 'T\0' : 'F\0',
        );
      case MessageType.GET_DOMAIN_PATH:
        return onDomain(frame, (domid) => `${domainPath(domid)}\0`);
      case MessageType.SET_TARGET:
        return this.#setTarget(frame);
      case MessageType.CONTROL:
        return this.#control.command(strings(frame));
      case MessageType.WATCH_EVENT:
      case MessageType.ERROR:
        return failure('ENOSYS');
    }
  }

  #onPath(
    kind: 'read' | 'list' | 'get-permissions' | 'mkdir' | 'remove',
    connection: Connection,
    transaction: Transaction | undefined,
    frame: Frame,
  ): Outcome {
    const path = soleString(frame);
    if (path === undefined) return failure('EINVAL');
    return this.#perform(connection, transaction, { kind, path });
  }

  #listPart(connection: Connection, transaction: Transaction | undefined, frame: Frame): Outcome {
    const [path, offset, more] = strings(frame) ?? [];
    if (path === undefined || offset === undefined || more !== undefined) return failure('EINVAL');
    return this.#perform(connection, transaction, {
      kind: 'list-part',
      path,
      offset: atoi(offset),
    });
  }

  #write(connection: Connection, transaction: Transaction | undefined, frame: Frame): Outcome {
    const parts = splitAtNul(frame);
    if (parts === undefined) return failure('EINVAL');
    const { head: path, tail: value } = parts;
    return this.#perform(connection, transaction, { kind: 'write', path, value });
  }

  #setPermissions(
    connection: Connection,
    transaction: Transaction | undefined,
    frame: Frame,
  ): Outcome {
    const [path, ...texts] = strings(frame) ?? [];
    const entries: Permission[] = [];
    for (const text of texts) {
      const permission = parsePermission(text);
      if (permission === undefined) return failure('EINVAL');
      entries.push(permission);
    }
    const owner = entries[0];
    if (path === undefined || owner === undefined) return failure('EINVAL');
    if (!connection.isPrivileged && entries.length > this.#store.quotas.permissions) {
      return failure('ENOSPC');
    }
    if (!this.#lifecycle.exists(owner.domid)) return failure('ENOENT');
    for (const { domid } of entries) this.#lifecycle.acquaint(domid);
    const permissions = { entries, epoch: this.#store.domains.epoch };
    if (isSpecial(path)) return this.#setSpecialPermissions(connection, path, permissions);
    return this.#perform(connection, transaction, { kind: 'set-permissions', path, permissions });
  }

  #setSpecialPermissions(
    connection: Connection,
    path: string,
    permissions: PermissionList,
  ): Outcome {
    const { domains } = this.#store;
    const name = specialNames.find((special) => special === path);
    if (name === undefined) return failure('EINVAL');
    const { own, write } = domains.rightsIn(
      domains.subject(connection.domid),
      domains.specialPermissions(name),
    );
    if (!own || !write) return failure('EACCES');
    this.#store.commitDomains({ kind: 'special', name, permissions });
    return OK;
  }

  #perform(
    connection: Connection,
    transaction: Transaction | undefined,
    operation: Operation,
  ): Outcome {
    const path = resolvePath(operation.path, connection.home);
    if (!isNodePath(path) || this.#isTooLong(connection, path)) return failure('EINVAL');
    return this.#store.perform(
      connection,
      transaction,
      path === operation.path ? operation : { ...operation, path },
    );
  }

  #isTooLong(connection: Connection, path: string): boolean {
    if (connection.isPrivileged) return false;
    return isLongerThan(path, this.#store.quotas['path-max']);
  }

  #watch(connection: Connection, frame: Frame): Outcome | WatchEntry<Connection> {
    const [given, token, more] = strings(frame) ?? [];
    if (given === undefined || token === undefined || more !== undefined) return failure('EINVAL');
    const { home } = connection;
    const path = resolvePath(given, home);
    if (!isSpecialWatch(path) && !isWatchPath(path)) return failure('EINVAL');
    const key = watchKey(path, token);
    if (connection.watches.has(key)) return failure('EEXIST');
    if (
      !connection.isPrivileged &&
      this.#store.watchesOf(connection.domid) > this.#store.quotas.watches
    ) {
      return failure('E2BIG');
    }
    const watch: WatchEntry<Connection> = {
      watcher: connection,
      path,
      token,
      base: path === given ? undefined : `${home}/`,
      order: this.#store.nextWatchOrder(),
    };
    connection.watches.set(key, watch);
    this.#store.watches.add(watch);
    return watch;
  }

  #unwatch(connection: Connection, frame: Frame): Outcome {
    const [given, token, more] = strings(frame) ?? [];
    if (given === undefined || token === undefined || more !== undefined) return failure('EINVAL');
    const key = watchKey(resolvePath(given, connection.home), token);
    const watch = connection.watches.get(key);
    if (watch === undefined) return failure('ENOENT');
    connection.watches.delete(key);
    this.#store.watches.remove(watch);
    return OK;
  }

  #endTransaction(
    connection: Connection,
    transaction: Transaction | undefined,
    frame: Frame,
  ): Outcome {
    const verdict = soleString(frame);
    if (verdict !== 'T' && verdict !== 'F') return failure('EINVAL');
    if (transaction === undefined) return failure('ENOENT');
    return this.#store.endTransaction(connection, transaction, verdict === 'T');
  }

  #introduce(frame: Frame): Outcome {
    const [domid, page, port] = strings(frame) ?? [];
    if (domid === undefined || page === undefined || port === undefined) return failure('EINVAL');
    const digits = /^[0-9]{1,20}/.exec(page)?.[0] ?? '0';
    const ring = { frame: BigInt.asUintN(64, BigInt(digits)), port: atoi(port) };
    if (ring.port <= 0) return failure('EINVAL');
    return this.#lifecycle.introduce(atoi(domid), ring) ?? OK;
  }

  #setTarget(frame: Frame): Outcome {
    const [domid, target] = strings(frame) ?? [];
    if (domid === undefined || target === undefined) return failure('EINVAL');
    return this.#lifecycle.setTarget(atoi(domid), atoi(target)) ?? OK;
  }
}

/** Any name will do that begins with an @ and is not too long. */
function isSpecialWatch(path: string): boolean {
  return isSpecial(path) && path.length <= 2048;
}

function onDomain(frame: Frame, answer: (domid: number) => Outcome): Outcome {
  const domid = soleString(frame);
  return domid === undefined ? failure('EINVAL') : answer(atoi(domid));
}
