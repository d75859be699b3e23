import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { cell, renderTable, truncate } from '../../src/render/table.js';

const COLUMNS = [
  { title: 'Name' },
  { title: 'Took', align: 'right' },
  { title: 'Detail', flexible: true },
] as const;

describe('a table', () => {
  test('aligns its columns and leaves no blanks at the ends of lines', () => {
    expect(
      renderTable(
        COLUMNS,
        [
          ['web', '3 ms', ''],
          ['家', '12.5 s', 'fine'],
        ],
        80,
      ),
    ).toBe('Name    Took  Detail\nweb     3 ms\n家    12.5 s  fine\n');
  });

  test('cuts its flexible column when it is too wide', () => {
    expect(renderTable(COLUMNS, [['web', '3 ms', 'a long story of what went wrong']], 30)).toBe(
      'Name  Took  Detail\nweb   3 ms  a long story of w…\n',
    );
  });

  test('fits any width that its fixed columns leave room in', () => {
    const row = fc.tuple(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), fc.string());
    fc.assert(
      fc.property(fc.array(row), fc.integer({ min: 28, max: 200 }), (rows, width) => {
        for (const line of renderTable(COLUMNS, rows, width).split('\n')) {
          expect(stringWidth(line)).toBeLessThanOrEqual(width);
        }
      }),
    );
  });
});

describe('a cell', () => {
  test('has exactly its width, whatever is in it', () => {
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(text, fc.integer({ min: 0, max: 60 }), (content, width) => {
        expect(stringWidth(cell(content, width))).toBe(width);
      }),
    );
  });

  test('is never cut through a wide character', () => {
    expect(truncate('家家家', 4)).toBe('家…');
    expect(truncate('家家', 4)).toBe('家家');
  });
});
