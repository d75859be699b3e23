import { describe, expect, test } from 'vitest';
import { progressPrinter } from '../../src/cli/progress-printer.js';
import type { ReplyLine } from '../../src/model/index.js';

const STEP: ReplyLine = {
  event: 'step',
  operation: 'operation-1',
  index: 0,
  step: { name: 'make-domain' },
  status: 'started',
};
const WARNING: ReplyLine = { event: 'warning', message: 'careful', where: 'web.cfg:1:1' };

function print(terminal: { isTTY?: boolean; columns?: number }, steps = true): string {
  let text = '';
  const printer = progressPrinter(
    {
      ...terminal,
      write: (more) => {
        text += more;
      },
    },
    { steps },
  );
  printer.show(STEP);
  printer.show(WARNING);
  printer.show(STEP);
  printer.end();
  return text;
}

describe('progress', () => {
  test('is one line after the other where nobody watches', () => {
    expect(print({})).toBe('[1/0] make domain\nweb.cfg:1:1: warning: careful\n[1/0] make domain\n');
  });

  test('is what matters only, where no steps are wanted', () => {
    expect(print({}, false)).toBe('web.cfg:1:1: warning: careful\n');
  });

  test('is one live line on a terminal, gone at the end; what matters stays', () => {
    const clear = '\r\u001b[2K';
    const live = `${clear}[1/0] make domain`;
    const expected = `${live}${clear}web.cfg:1:1: warning: careful\n${live}${clear}`;
    expect(print({ isTTY: true, columns: 40 })).toBe(expected);
    expect(print({ isTTY: true, columns: 0 })).toBe(expected);
  });

  test('never wraps', () => {
    expect(print({ isTTY: true, columns: 10 })).toContain('[1/0] ma…\r');
  });
});
