import { expect } from 'vitest';
import { MessageType } from '../../../../src/xenstore/wire.js';
import type { RawClient } from '../raw-client.js';
import type { StoreUnderTest } from '../store-under-test.js';

export const OK = 'OK\0';
export const T = MessageType;

export function home(domid: number): string {
  return `/local/domain/${domid}`;
}

/** A domain that exists, owns its home and is introduced; the connection over its ring. */
export async function newGuest(
  store: StoreUnderTest,
  dom0: RawClient,
  domid: number,
): Promise<RawClient> {
  store.setDomainState(domid, 'running');
  await make(dom0, home(domid), '', `n${domid}`);
  expect(await dom0.introduce(domid)).toBe(OK);
  return store.guest(domid);
}

/** A client of domain 0 that watches these, each under the token `t`, and has heard nothing yet. */
export async function watcherOf(
  store: StoreUnderTest,
  ...paths: readonly string[]
): Promise<RawClient> {
  const watcher = await store.connect();
  for (const path of paths) await watcher.watch(path, 't');
  await watcher.events();
  return watcher;
}

/** Writes a node and sets its permissions. */
export async function make(
  dom0: RawClient,
  path: string,
  value: string,
  ...permissions: string[]
): Promise<void> {
  expect(await dom0.write(path, value)).toBe(OK);
  if (permissions.length > 0) {
    expect(await dom0.setPermissions(path, ...permissions)).toBe(OK);
  }
}

/** Writes a value to many paths at a time; resolves with the answers, in the same order. */
export function writeAll(client: RawClient, paths: readonly string[], value = '') {
  return Promise.all(paths.map((path) => client.write(path, value)));
}

/** So many different names, all of the same length. */
export function names(count: number, length = 5): string[] {
  return Array.from({ length: count }, (_, i) => `n${String(i).padStart(length - 1, '0')}`);
}
