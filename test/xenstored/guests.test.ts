import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { XenStoreClient } from '../../src/xenstore/client.js';
import { parsePermissions } from '../../src/xenstore/permissions.js';
import { MessageType } from '../../src/xenstore/wire.js';
import { RawClient } from '../contract/store/raw-client.js';
import { openStore, type TestStore } from './helpers/daemon.js';

let store: TestStore;
let dom0: XenStoreClient;
beforeEach(async () => {
  store = await openStore();
  dom0 = store.as(0);
});
afterEach(async () => {
  await store.close();
});

/** Introduces a domain that owns its home; returns a client over its ring. */
async function introduce(domid: number): Promise<XenStoreClient> {
  await dom0.write(`/local/domain/${domid}`, '');
  await dom0.setPermissions(`/local/domain/${domid}`, parsePermissions(`n${domid}`));
  await dom0.introduce(domid, 1n, 1);
  return store.host.guest(domid);
}

function raw(domid: number): RawClient {
  return new RawClient(store.daemon.connectLocal(domid));
}

describe('permissions', () => {
  test('a guest reads what it may, and is not told what is missing where it may not look', async () => {
    const guest = raw(5);
    await dom0.write('/open/x', '1');
    await dom0.setPermissions('/open', parsePermissions('r0'));
    await dom0.setPermissions('/open/x', parsePermissions('n0,r5'));
    await dom0.write('/shut/x', '1');
    expect(await guest.read('/open/x')).toBe('1');
    expect(await guest.read('/open/none')).toBe('ENOENT');
    expect(await guest.read('/open/none/none')).toBe('ENOENT');
    expect(await guest.read('/shut/x')).toBe('EACCES');
    expect(await guest.read('/shut/none')).toBe('EACCES');
    expect(await guest.write('/open/x', '2')).toBe('EACCES');
    expect(await guest.write('/open/new', '2')).toBe('EACCES');
    expect(await guest.rm('/open/x')).toBe('EACCES');
    expect(await guest.mkdir('/shut')).toBe('EACCES');
    expect(await guest.list('/shut')).toBe('EACCES');
    expect(await guest.getPermissions('/shut')).toBe('EACCES');
  });

  test('the first matching entry decides; the owner may all', async () => {
    await dom0.write('/x', '1');
    await dom0.setPermissions('/x', parsePermissions('b7,n5,r5'));
    expect(await raw(5).read('/x')).toBe('EACCES');
    expect(await raw(6).write('/x', '2')).toBe('OK\0');
    expect(await raw(7).setPermissions('/x', 'n7')).toBe('OK\0');
    expect(await raw(6).read('/x')).toBe('EACCES');
  });

  test('what a guest creates is its own, the rest of the list is inherited', async () => {
    await dom0.write('/shared', '');
    await dom0.setPermissions('/shared', parsePermissions('n0,b5,r6'));
    expect(await raw(5).write('/shared/a/b', 'x')).toBe('OK\0');
    expect(await raw(5).getPermissions('/shared/a/b')).toBe('n5\0b5\0r6\0');
    expect(await raw(6).read('/shared/a/b')).toBe('x');
  });

  test('a guest may not give away what it owns, nor touch what it does not own', async () => {
    const guest = raw(5);
    await dom0.write('/mine', '');
    await dom0.setPermissions('/mine', parsePermissions('n5'));
    expect(await guest.setPermissions('/mine', 'n6')).toBe('EPERM');
    expect(await guest.setPermissions('/mine', 'n5', 'r1', 'r2', 'r3', 'r4', 'r6')).toBe('ENOSPC');
    expect(await guest.setPermissions('/mine', 'n5', 'r1', 'r2', 'r3', 'r4')).toBe('OK\0');
    expect(await guest.setPermissions('/tool', 'n5')).toBe('EACCES');
  });

  test('an owner that does not exist is ENOENT; an entry for one is kept, and dead for good', async () => {
    store.host.states.set(8, 'gone').set(9, 'gone');
    await dom0.write('/x', '1');
    await expect(dom0.setPermissions('/x', parsePermissions('n8'))).rejects.toMatchObject({
      code: 'ENOENT',
    });
    await dom0.setPermissions('/x', parsePermissions('n0,r9'));
    store.host.states.delete(9);
    expect(await dom0.getPermissions('/x')).toEqual(parsePermissions('n0,r9'));
    expect(await raw(9).read('/x')).toBe('EACCES');
    await dom0.setPermissions('/x', parsePermissions('n0,r9'));
    expect(await raw(9).read('/x')).toBe('1');
  });

  test('requests that are for domain 0 only', async () => {
    const guest = raw(5);
    for (const type of [
      'INTRODUCE',
      'RELEASE',
      'IS_DOMAIN_INTRODUCED',
      'RESUME',
      'SET_TARGET',
      'CONTROL',
    ] as const) {
      expect(await guest.ask(MessageType[type], '5\x001\x001\0'), type).toBe('EACCES');
    }
    expect(await guest.ask(MessageType.GET_DOMAIN_PATH, '5\0')).toBe('/local/domain/5\0');
  });

  test('a domain with a target has its rights as well, until the target goes', async () => {
    const stub = await introduce(5);
    await introduce(6);
    await dom0.write('/of6', 'secret');
    await dom0.setPermissions('/of6', parsePermissions('n6'));
    await expect(stub.read('/of6')).rejects.toMatchObject({ code: 'EACCES' });
    await dom0.setTarget(5, 6);
    expect(await stub.readText('/of6')).toBe('secret');
    await dom0.release(6);
    await introduce(6);
    await dom0.write('/of6', 'new secret');
    await dom0.setPermissions('/of6', parsePermissions('n6'));
    await expect(stub.read('/of6')).rejects.toMatchObject({ code: 'EACCES' });
  });
});

describe('watches of guests', () => {
  test('only what may be read, or lies where it may look, is told', async () => {
    await dom0.write('/w/open', '');
    await dom0.write('/w/shut', '');
    await dom0.setPermissions('/w/open', parsePermissions('r0'));
    const guest = raw(5);
    await guest.watch('/w', 't');
    expect(await guest.events()).toEqual(['/w t']);
    await dom0.write('/w/shut', '1');
    await dom0.write('/w/open', '1');
    expect(await guest.events()).toEqual(['/w/open t']);
    await dom0.setPermissions('/w/open', parsePermissions('n0'));
    expect(await guest.events(), 'losing the right is told').toEqual(['/w/open t']);
    await dom0.write('/w/open', '2');
    expect(await guest.events()).toEqual([]);
  });

  test('relative watches lie in the home of the guest', async () => {
    const guest = raw(5);
    await guest.watch('data', 't');
    await dom0.write('/local/domain/5/data/x', '1');
    await dom0.setPermissions('/local/domain/5/data/x', parsePermissions('r0'));
    expect(await guest.events()).toEqual(['data t', 'data/x t']);
  });

  test('special watches need a right that only domain 0 can give', async () => {
    const guest = raw(5);
    const boss = raw(0);
    await guest.watch('@introduceDomain', 't');
    await boss.watch('@introduceDomain', 't');
    await Promise.all([guest.events(), boss.events()]);
    await introduce(6);
    expect(await guest.events()).toEqual([]);
    expect(await boss.events()).toEqual(['@introduceDomain t']);
    expect(await guest.setPermissions('@introduceDomain', 'r5')).toBe('EACCES');
    expect(await boss.setPermissions('@introduceDomain', 'n0', 'r5')).toBe('OK\0');
    expect(await boss.setPermissions('@nonsense', 'n0')).toBe('EINVAL');
    await introduce(7);
    expect(await guest.events()).toEqual(['@introduceDomain t']);
  });
});

describe('quotas bind guests and not domain 0', () => {
  test('nodes', async () => {
    const guest = await introduce(5);
    const names = Array.from({ length: 999 }, (_, i) => `d${Math.floor(i / 200)}/${i}`);
    const results = await Promise.allSettled(names.map((name) => guest.write(name, '')));
    // Five directories and the home count as well.
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(994);
    await expect(guest.write('more', '')).rejects.toMatchObject({ code: 'ENOSPC' });
    await guest.remove('d0');
    await guest.write('more', '');
    expect(await dom0.control('check')).toBe('OK');
  });

  test('node size: 2015 bytes of value with one permission, child names count', async () => {
    const guest = await introduce(5);
    await guest.write('v', 'x'.repeat(2015));
    await expect(guest.write('v', 'x'.repeat(2016))).rejects.toMatchObject({ code: 'ENOSPC' });
    const children = Array.from({ length: 404 }, (_, i) => `dir/${10000 + i}`.slice(0, 9));
    await guest.mkdir('dir');
    const made = await Promise.allSettled(children.map((path) => guest.mkdir(path)));
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(335);
    await dom0.write('v0', 'x'.repeat(4000));
  });

  test('watches and transactions: one more than the quota says, as with C', async () => {
    const guest = raw(5);
    const watched: string[] = [];
    for (let i = 0; i < 130; i++) watched.push(await guest.watch('/x', `t${i}`));
    expect(watched.indexOf('E2BIG')).toBe(129);
    const started: string[] = [];
    for (let i = 0; i < 12; i++) {
      started.push(await guest.ask(MessageType.TRANSACTION_START, '\0'));
    }
    expect(started.indexOf('ENOSPC')).toBe(11);
  });

  test('a transaction that ran into a quota cannot be committed', async () => {
    const guest = raw(5);
    await dom0.write('/q', '');
    await dom0.setPermissions('/q', parsePermissions('b0'));
    await dom0.control('quota', 'set', 'nodes', '2');
    const tx = await guest.start();
    await guest.write('/q/a', '', tx);
    await guest.write('/q/b', '', tx);
    expect(await guest.write('/q/c', '', tx)).toBe('ENOSPC');
    expect(await guest.end(tx)).toBe('ENOMEM');
    expect(await dom0.list('/q')).toEqual([]);
  });
});

describe('domains come and go', () => {
  test('INTRODUCE connects the ring and fires once; again it resets and does not fire', async () => {
    const boss = raw(0);
    await boss.watch('@introduceDomain', 't');
    await boss.events();
    const first = await introduce(5);
    const lost = first.closed;
    expect(await boss.events()).toEqual(['@introduceDomain t']);
    expect(await dom0.isIntroduced(5)).toBe(true);
    const second = await introduce(5);
    await lost;
    expect(await boss.events()).toEqual([]);
    await second.write('x', '1');
    expect(await dom0.readText('/local/domain/5/x')).toBe('1');
  });

  test('INTRODUCE of a domain that cannot be connected is EINVAL', async () => {
    store.host.unreachable.add(5);
    store.host.states.set(6, 'gone');
    await expect(dom0.introduce(5, 1n, 1)).rejects.toMatchObject({ code: 'EINVAL' });
    await expect(dom0.introduce(6, 1n, 1)).rejects.toMatchObject({ code: 'EINVAL' });
    expect(await dom0.isIntroduced(5)).toBe(false);
  });

  test('RELEASE removes what the domain owns, ends it, and fires', async () => {
    const boss = raw(0);
    const guest = await introduce(5);
    await guest.write('data/x', '1');
    await dom0.write('/elsewhere/of5', '');
    await dom0.setPermissions('/elsewhere/of5', parsePermissions('n5'));
    await dom0.write('/elsewhere/of0', '');
    await boss.watch('@releaseDomain', 't');
    await boss.watch('/local/domain/5', 'home');
    await boss.events();
    await dom0.release(5);
    await guest.closed;
    expect(await boss.events()).toEqual(['/local/domain/5 home', '@releaseDomain t']);
    expect(await dom0.list('/local/domain')).toEqual([]);
    expect(await dom0.list('/elsewhere')).toEqual(['of0']);
    expect(await dom0.isIntroduced(5)).toBe(false);
    expect(await dom0.control('check')).toBe('OK');
  });

  test('a shutdown is announced once until RESUME; a death ends the domain', async () => {
    const boss = raw(0);
    const guest = await introduce(5);
    await boss.watch('@releaseDomain', 't');
    await boss.events();
    store.host.states.set(5, 'shutdown');
    store.daemon.domainsChanged();
    store.daemon.domainsChanged(5);
    expect(await boss.events()).toEqual(['@releaseDomain t']);
    expect(await dom0.isIntroduced(5)).toBe(true);
    await dom0.resume(5);
    store.daemon.domainsChanged();
    expect(await boss.events()).toEqual(['@releaseDomain t']);
    store.host.states.set(5, 'gone');
    store.daemon.domainsChanged();
    await guest.closed;
    expect(await boss.events()).toEqual(['@releaseDomain t']);
    expect(await dom0.isIntroduced(5)).toBe(false);
  });

  test('entries for a domain that went do not serve the next of its number', async () => {
    await introduce(5);
    await dom0.write('/x', 'secret');
    await dom0.setPermissions('/x', parsePermissions('n0,r5'));
    await dom0.release(5);
    const successor = await introduce(5);
    expect(await dom0.getPermissions('/x')).toEqual(parsePermissions('n0,r5'));
    await expect(successor.read('/x')).rejects.toMatchObject({ code: 'EACCES' });
    await dom0.write('/x', 'changed');
    await dom0.write('/x/child', 'inherits');
    await expect(successor.read('/x')).rejects.toMatchObject({ code: 'EACCES' });
    await expect(successor.read('/x/child')).rejects.toMatchObject({ code: 'EACCES' });
  });
});
