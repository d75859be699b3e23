import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Access,
  formatPermissions,
  inheritedPermissions,
  parsePermission,
  parsePermissions,
  rightsOf,
} from '../../src/xenstore/permissions.js';

const permission = fc.record({
  access: fc.constantFrom<Access>('n', 'r', 'w', 'b'),
  domid: fc.integer({ min: 0, max: 0x7fef }),
});
const permissions = fc.array(permission, { minLength: 1, maxLength: 6 });

test('what is formatted is parsed back', () => {
  fc.assert(
    fc.property(permissions, (list) => {
      expect(parsePermissions(formatPermissions(list))).toEqual(list);
    }),
  );
});

test('numbers are read as C reads them', () => {
  expect(['r0x10', 'w010', 'b7', 'n-1', 'n+3', 'n0'].map(parsePermission)).toEqual([
    { access: 'r', domid: 16 },
    { access: 'w', domid: 8 },
    { access: 'b', domid: 7 },
    { access: 'n', domid: -1 },
    { access: 'n', domid: 3 },
    { access: 'n', domid: 0 },
  ]);
  for (const text of ['', 'r', '5', 'x5', 'r5 ', 'rr5', 'r08', 'r0x', 'R5']) {
    expect(parsePermission(text), text).toBeUndefined();
  }
  expect(() => parsePermissions('n0,q1')).toThrowError(/"q1"/);
});

describe('rights', () => {
  const rights = (domid: number, list: string, target?: number) => {
    const { read, write, own } = rightsOf({ domid, target }, parsePermissions(list));
    return `${read ? 'r' : '-'}${write ? 'w' : '-'}${own ? 'o' : '-'}`;
  };

  test('domain 0 and the owner may all', () => {
    expect(rights(0, 'n5')).toBe('rwo');
    expect(rights(5, 'n5')).toBe('rwo');
  });

  test('the first entry is for everyone who is not named', () => {
    expect(['n', 'r', 'w', 'b'].map((letter) => rights(9, `${letter}5`))).toEqual([
      '---',
      'r--',
      '-w-',
      'rw-',
    ]);
    expect(rights(9, 'b5,n9')).toBe('---');
    expect(rights(9, 'n5,r9,b9')).toBe('r--');
  });

  test('a target lends its rights', () => {
    expect(rights(9, 'n5', 5)).toBe('rwo');
    expect(rights(9, 'n4,w5', 5)).toBe('-w-');
  });

  test('entries of domains that are not alive do not count, the owner does', () => {
    const list = parsePermissions('r5,n6,b7');
    const nobody = () => false;
    expect(rightsOf({ domid: 7 }, list, nobody)).toEqual({ read: true, write: false, own: false });
    expect(rightsOf({ domid: 5 }, list, nobody).own).toBe(true);
  });
});

test('a new node takes its parent’s list, and an unprivileged creator becomes the owner', () => {
  fc.assert(
    fc.property(permissions, fc.integer({ min: 1, max: 100 }), (list, creator) => {
      expect(inheritedPermissions(list, 0)).toEqual(list);
      const [owner, ...others] = inheritedPermissions(list, creator);
      expect(owner).toEqual({ access: list[0]?.access, domid: creator });
      expect(others).toEqual(list.slice(1));
    }),
  );
});
