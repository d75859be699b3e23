import { describe, expect, test } from 'vitest';
import { renderStoreRow, type StoreRow } from '../../src/render/store-tree.js';

const row = (overrides: Partial<StoreRow> & { text?: string } = {}): StoreRow => ({
  depth: 1,
  name: 'name',
  path: '/a/name',
  value: Buffer.from(overrides.text ?? 'value'),
  permissions: undefined,
  ...overrides,
});
const plain = { flat: false, showPermissions: false, columns: undefined };
const PERMISSIONS = ['n0', 'r5'];

// All expected lines are those of xenstore-ls 4.17.7.
describe('a line of the store’s tree', () => {
  test('is indented by a space for each level', () => {
    expect(renderStoreRow(row(), plain)).toBe(' name = "value"\n');
    expect(renderStoreRow(row({ depth: 0 }), plain)).toBe('name = "value"\n');
  });

  test('shortens a value that would make it wider than 80 columns', () => {
    const fits = 'v'.repeat(80 - 8 - 5);
    expect(renderStoreRow(row({ text: fits }), plain)).toBe(` name = "${fits}"\n`);
    expect(renderStoreRow(row({ text: `${fits}v` }), plain)).toBe(` name = "${fits}\\..."\n`);
  });

  test('measures a value by its bytes and cuts it by its escapes', () => {
    expect(renderStoreRow(row({ text: '\n'.repeat(67) }), plain)).toBe(
      ` name = "${'\\n'.repeat(67)}"\n`,
    );
    expect(renderStoreRow(row({ text: '\n'.repeat(68) }), plain)).toBe(
      ` name = "${'\\n'.repeat(33)}\\\\..."\n`,
    );
  });

  test('has the width of the terminal less two', () => {
    const manner = { ...plain, columns: 30 };
    expect(renderStoreRow(row({ text: 'v'.repeat(40) }), manner)).toBe(
      ` name = "${'v'.repeat(15)}\\..."\n`,
    );
  });

  test.each([0, 1])('has no limit on a terminal that says it has %i columns', (columns) => {
    const text = 'v'.repeat(200);
    expect(renderStoreRow(row({ text }), { ...plain, columns })).toBe(` name = "${text}"\n`);
    const manner = { flat: false, showPermissions: true, columns };
    expect(renderStoreRow(row({ permissions: ['n0'] }), manner)).toBe(' name = "value"   (n0)\n');
  });

  test('has dots before its permissions, at every other column', () => {
    const manner = { ...plain, showPermissions: true };
    expect(renderStoreRow(row({ permissions: PERMISSIONS }), manner)).toBe(
      ' name = "value"  . . . . . . . . . . . . . . . . . . . . . .  (n0,r5)\n',
    );
    expect(renderStoreRow(row({ depth: 2, permissions: PERMISSIONS }), manner)).toBe(
      '  name = "value" . . . . . . . . . . . . . . . . . . . . . .  (n0,r5)\n',
    );
  });

  test('with a full path has no limit off a terminal, and no dots', () => {
    const manner = { flat: true, showPermissions: true, columns: undefined };
    const text = 'v'.repeat(300);
    expect(renderStoreRow(row({ text, permissions: PERMISSIONS }), manner)).toBe(
      `/a/name = "${text}"   (n0,r5)\n`,
    );
  });

  test('says of a value that could not be read only that', () => {
    expect(renderStoreRow(row({ value: undefined }), plain)).toBe(' name:\n\n');
  });

  test('lets no control character of a strange daemon through', () => {
    expect(renderStoreRow(row({ name: 'a\u001b[2J' }), plain)).toBe(' a\\x1b[2J = "value"\n');
  });
});
