import type { Permission, Permissions } from './permissions.js';

/**
 * The tree as a client or a transaction sees it. Paths are absolute, or relative to the home of the
 * connected domain. All methods reject with a XenStoreError whose `path` is the one asked for.
 */
export interface StoreView {
  /** The bytes of a node. ENOENT, EACCES. */
  read(path: string): Promise<Buffer>;
  /** The value of a node as UTF-8. ENOENT, EACCES. */
  readText(path: string): Promise<string>;
  /** As readText; undefined where there is no such node. */
  maybeRead(path: string): Promise<string | undefined>;
  exists(path: string): Promise<boolean>;
  /** The names of a node's children, however many. ENOENT, EACCES. */
  list(path: string): Promise<string[]>;
  /** As list; undefined where there is no such node. */
  maybeList(path: string): Promise<string[] | undefined>;
  /** Creates or overwrites a node, and creates missing parents. Text is written as UTF-8. */
  write(path: string, value: string | Uint8Array): Promise<void>;
  /** Creates an empty node and missing parents; a node that is there already is left alone. */
  mkdir(path: string): Promise<void>;
  /** Removes a node and all below it. No error when it is missing and its parent is there. */
  remove(path: string): Promise<void>;
  getPermissions(path: string): Promise<Permission[]>;
  /** The first entry names the owner and what everyone else may. */
  setPermissions(path: string, permissions: Permissions): Promise<void>;
}
