import type { StoreChange } from '../../../src/model/index.js';
import { OverlayView, type StoreBase } from '../../../src/preview/overlay-view.js';
import { changesOf } from '../../../src/preview/store-changes.js';
import { isXenStoreError } from '../../../src/xenstore/errors.js';
import type { Permissions } from '../../../src/xenstore/permissions.js';
import type { Store } from '../../../src/xenstore/store.js';
import type { StoreView } from '../../../src/xenstore/view.js';

type Change = (view: StoreView) => Promise<void>;

/**
 * A real store that keeps account of what is changed through it, and through it alone: each change
 * is repeated on what the store was when the account began.
 */
export function recordingStore(real: Store, before: StoreBase) {
  const shadow = new OverlayView(before);
  const repeat = async (changes: readonly Change[]): Promise<void> => {
    for (const change of changes) {
      try {
        await change(shadow);
      } catch (error) {
        // About a node that somebody else has made since.
        if (!isXenStoreError(error, 'ENOENT')) throw error;
      }
    }
  };
  const store: Store = {
    ...reading(real),
    ...changing(real, (change) => repeat([change])),
    async transaction(body, options) {
      let done: Change[] = [];
      const result = await real.transaction((tx) => {
        done = [];
        const note = (change: Change): Promise<void> => {
          done.push(change);
          return Promise.resolve();
        };
        return body({ ...reading(tx), ...changing(tx, note) });
      }, options);
      await repeat(done);
      return result;
    },
    watch: (path) => real.watch(path),
    waitFor: (path, check, options) => real.waitFor(path, check, options),
    introduce: (domid, frame, port) => real.introduce(domid, frame, port),
    release: (domid) => real.release(domid),
    resume: (domid) => real.resume(domid),
    isIntroduced: (domid) => real.isIntroduced(domid),
    close: () => real.close(),
  };
  return { store, changes: (): Promise<StoreChange[]> => changesOf(before, shadow) };
}

function reading(view: StoreView) {
  return {
    read: (path: string) => view.read(path),
    readText: (path: string) => view.readText(path),
    maybeRead: (path: string) => view.maybeRead(path),
    exists: (path: string) => view.exists(path),
    list: (path: string) => view.list(path),
    maybeList: (path: string) => view.maybeList(path),
    getPermissions: (path: string) => view.getPermissions(path),
  };
}

function changing(view: StoreView, note: (change: Change) => Promise<void>) {
  const make = async (change: Change): Promise<void> => {
    const made = change(view);
    const noted = note(change);
    await Promise.all([made, noted]);
  };
  return {
    write: (path: string, value: string | Uint8Array) => make((at) => at.write(path, value)),
    mkdir: (path: string) => make((at) => at.mkdir(path)),
    remove: (path: string) => make((at) => at.remove(path)),
    setPermissions: (path: string, permissions: Permissions) =>
      make((at) => at.setPermissions(path, permissions)),
  };
}
