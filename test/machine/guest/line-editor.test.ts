import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineEditor } from '../../../src/machine/guest/line-editor.js';

/** What a terminal shows of the line that is being typed: `\b \b` takes one character away. */
function shownBy(echo: string): string {
  const line = echo.slice(echo.lastIndexOf('\n') + 1);
  let shown = '';
  for (const part of line.replaceAll('\b \b', '\n')) {
    shown = part === '\n' ? shown.slice(0, -1) : shown + part;
  }
  return shown;
}

test('what the terminal shows is the line that is read', () => {
  const key = fc.oneof(
    { weight: 5, arbitrary: fc.string({ minLength: 1, maxLength: 1 }) },
    { weight: 2, arbitrary: fc.constantFrom('\b', '\x7f', '\x15', '\x03', '\x1b', '\t', '\xff') },
  );
  fc.assert(
    fc.property(fc.array(key, { maxLength: 400 }), (keys) => {
      const editor = new LineEditor();
      let echoed = '';
      for (const one of keys) echoed += editor.type(one).echo;
      const shown = shownBy(echoed);
      expect(editor.type('\r')).toEqual({ echo: '\n', line: shown });
      expect(shown.length).toBeLessThanOrEqual(256);
      expect(editor.type('\n')).toEqual({ echo: '\n', line: '' });
    }),
  );
});

test('^C gives up the line, and asks for the next', () => {
  const editor = new LineEditor();
  for (const key of 'poweroff') editor.type(key);
  expect(editor.type('\x03')).toEqual({ echo: '^C\n', line: '' });
  expect(editor.type('\r').line).toBe('');
});
