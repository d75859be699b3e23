import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StoreChange } from '../../src/model/index.js';
import { paletteFor } from '../../src/render/colour.js';
import { countChanges, renderTreeDiff } from '../../src/render/tree-diff.js';

const node = (value: string, permissions = 'n0') => ({ value, permissions });
const CHANGES: StoreChange[] = [
  { path: '/local/domain/3/name', before: node('web', 'n0,r3'), after: node('www', 'n0,r3') },
  { path: '/local/domain/3/data', before: node('x', 'n0,r3'), after: node('x', 'n3') },
  { path: '/local/domain/10', after: node('', 'n0,r10') },
  { path: '/local/domain/10/vm', after: node('/vm/1', 'n0,r10') },
  { path: '/libxl/2/type', before: node('pv') },
];

test('what comes, goes and changes stands as a tree, numbers in their order', () => {
  expect(renderTreeDiff(CHANGES, { width: 80 })).toBe(
    [
      '- /libxl/2/type = "pv"  (n0)',
      '  /local/domain',
      '    3',
      '~     data = "x"  (n0,r3) -> (n3)',
      '~     name = "web" -> "www"',
      '+   10 = ""  (n0,r10)',
      '+     vm = "/vm/1"  (n0,r10)',
      '',
    ].join('\n'),
  );
  expect(countChanges(CHANGES)).toBe('2 new, 2 changed, 1 gone');
});

test('nothing is nothing', () => {
  expect(renderTreeDiff([], { width: 80 })).toBe('');
  expect(countChanges([])).toBeUndefined();
});

test('a value that is too long is cut, its permissions are not', () => {
  const changes = [{ path: '/a', after: node('x'.repeat(100), 'n0,r5') }];
  const line = renderTreeDiff(changes, { width: 40 }).trimEnd();
  expect(line).toMatch(/^\+ \/a = "x+… {2}\(n0,r5\)$/);
  expect(line).toHaveLength(40);
});

test('of two values that are too long both are seen', () => {
  const line = (before: string, after: string): string =>
    renderTreeDiff([{ path: '/a', before: node(before), after: node(after) }], { width: 40 });
  expect(line('x'.repeat(50), 'y'.repeat(50))).toBe('~ /a = "xxxxxxxxxxxx… -> "yyyyyyyyyyyy…\n');
  expect(line('x', 'y'.repeat(50))).toBe('~ /a = "x" -> "yyyyyyyyyyyyyyyyyyyyyyy…\n');
});

test('each kind of line has its colour on a terminal', () => {
  const palette = paletteFor({ isTTY: true }, {});
  const lines = renderTreeDiff(CHANGES, { width: 80, palette }).split('\n');
  expect(lines[0]).toBe(palette.bad('- /libxl/2/type = "pv"  (n0)'));
  expect(lines[1]).toBe(palette.faint('  /local/domain'));
  expect(lines[5]).toBe(palette.good('+   10 = ""  (n0,r10)'));
});

test('every change has one line of printable ASCII, whatever guests wrote', () => {
  const value = fc.string({ unit: 'binary', maxLength: 60 });
  const path = fc
    .array(fc.stringMatching(/^[a-z0-9]{1,6}$/), { minLength: 1, maxLength: 6 })
    .map((names) => `/${names.join('/')}`);
  const change = fc.record({ path, before: value, after: value }).map(
    ({ path, before, after }): StoreChange => ({
      path,
      before: node(before),
      after: node(after, 'n0,r1'),
    }),
  );
  const changes = fc.uniqueArray(change, { selector: (each) => each.path, maxLength: 12 });
  fc.assert(
    fc.property(changes, (all) => {
      const text = renderTreeDiff(all, { width: 80 });
      const lines = text.split('\n').slice(0, -1);
      expect(lines.filter((line) => line.startsWith('~'))).toHaveLength(all.length);
      expect(text.replaceAll('…', '')).toMatch(/^[\n -~]*$/);
    }),
  );
});
