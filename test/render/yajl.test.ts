import { expect, test } from 'vitest';
import { renderYajl } from '../../src/render/yajl.js';

test('what is empty has an empty line in it, and every level four blanks', () => {
  expect(renderYajl({ a: {}, b: [1, [], 'x\n"'], c: { d: true }, e: undefined })).toBe(
    [
      '{',
      '    "a": {',
      '',
      '    },',
      '    "b": [',
      '        1,',
      '        [',
      '',
      '        ],',
      '        "x\\n\\""',
      '    ],',
      '    "c": {',
      '        "d": true',
      '    }',
      '}\n',
    ].join('\n'),
  );
});
