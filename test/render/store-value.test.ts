import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeValue, unescapeValue } from '../../src/render/store-value.js';

describe('a value of the store', () => {
  test.each([
    ['plain text, "quoted"', 'plain text, "quoted"'],
    ['tab\tfeed\nreturn\rback\\slash', 'tab\\tfeed\\nreturn\\rback\\\\slash'],
    ['\x00\x01\x07\x08\x1b\x7f', '\\000\\001\\007\\x08\\x1b\\x7f'],
    ['\x80\xff', '\\x80\\xff'],
  ])('%j is shown as %s', (bytes, shown) => {
    expect(escapeValue(Buffer.from(bytes, 'latin1'))).toBe(shown);
  });

  // What xenstore-write 4.17.7 wrote when it was given these.
  test.each([
    ['a\\', 'a\x00'],
    ['\\q\\"\\X41\\T', 'q"X41T'],
    ['\\08\\777\\1', '\x008\xff\x01'],
    ['\\0x41', '\x00x41'],
    ['\\x41\\x4\\x', 'A\x04x'],
    ['\\xzz\\x-\\x  z', 'xzzx-x  z'],
    ['\\x0x41', '\x0041'],
    ['\\x-1\\x+2z', '\xff\x02z'],
    ['\\x 41\\x\t\n4', 'A\x04'],
    ['дом', Buffer.from('дом').toString('latin1')],
  ])('is read from %j', (text, bytes) => {
    expect(unescapeValue(text).toString('latin1')).toBe(bytes);
  });

  test('comes back from its escapes, whatever its bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const shown = escapeValue(bytes);
        expect(shown).toMatch(/^[ -~]*$/);
        expect([...unescapeValue(shown)]).toEqual([...bytes]);
      }),
    );
  });
});
