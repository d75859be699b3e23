import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  childPath,
  domainPath,
  isNodePath,
  isWatchPath,
  PATH_MAX,
  parentPath,
  pathComponents,
  resolvePath,
} from '../../src/xenstore/path.js';

const name = fc.stringMatching(/^[A-Za-z0-9\-_@]{1,12}$/);
const components = fc.array(name, { maxLength: 8 });

test('what is put together from names is a path, and comes apart again', () => {
  fc.assert(
    fc.property(components, (names) => {
      const path = names.reduce(childPath, '/');
      expect(isNodePath(path)).toBe(true);
      expect(pathComponents(path)).toEqual(names);
      const parent = names.length === 0 ? undefined : names.slice(0, -1).reduce(childPath, '/');
      expect(parentPath(path)).toBe(parent);
    }),
  );
});

describe('paths that are none', () => {
  for (const path of ['', 'a', '//', '/a/', '/a//b', '/a b', '/a.b', '/\0', '/ä', '@x', './a']) {
    test(JSON.stringify(path), () => expect(isNodePath(path)).toBe(false));
  }
});

test('the limit leaves out a leading domain home', () => {
  const long = `/${'x'.repeat(PATH_MAX - 1)}`;
  expect(isNodePath(long)).toBe(true);
  expect(isNodePath(`${long}x`)).toBe(false);
  expect(isNodePath(`${domainPath(32751)}/${'x'.repeat(PATH_MAX)}`)).toBe(true);
  expect(isNodePath(`${domainPath(32751)}/${'x'.repeat(PATH_MAX + 1)}`)).toBe(false);
  expect(isNodePath(`/local/domain/x/${'x'.repeat(PATH_MAX)}`)).toBe(false);
});

test('special names may be watched, and are not below any home', () => {
  expect(isWatchPath('@releaseDomain')).toBe(true);
  expect(resolvePath('@releaseDomain', domainPath(3))).toBe('@releaseDomain');
  expect(resolvePath('device', domainPath(3))).toBe('/local/domain/3/device');
  expect(resolvePath('/vm', domainPath(3))).toBe('/vm');
});
