import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeText } from '../../src/render/escape.js';

describe('text that a guest wrote', () => {
  test.each([
    ['plain text, дом, 家, 👍', 'plain text, дом, 家, 👍'],
    ['C:\\dir', 'C:\\dir'],
    ['two\nlines\r\tend', 'two\\nlines\\r\\tend'],
    ['\u001b[31mred\u0007', '\\x1b[31mred\\x07'],
    ['\u009b31m', '\\x9b31m'],
    ['abc\u202edef', 'abc\\u202edef'],
    ['half \ud800 a pair', 'half \\ud800 a pair'],
  ])('%j is shown as %s', (text, shown) => {
    expect(escapeText(text)).toBe(shown);
  });

  test('whatever it is, no control character and no broken character is left', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = escapeText(text);
        expect(shown).not.toMatch(/\p{Cc}|\p{Cs}|\p{Zl}|\p{Zp}|\p{Bidi_Control}/u);
        expect(escapeText(shown)).toBe(shown);
      }),
    );
  });

  test('every single UTF-16 unit of the first planes is safe alone', () => {
    for (let unit = 0; unit <= 0xffff; unit += 1) {
      expect(escapeText(String.fromCharCode(unit))).not.toMatch(/\p{Cc}|\p{Cs}|\p{Bidi_Control}/u);
    }
  });
});
