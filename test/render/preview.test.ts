import { expect, test } from 'vitest';
import { type PreviewLine, uuid } from '../../src/model/index.js';
import { renderPreview } from '../../src/render/preview.js';

const PREVIEW: PreviewLine = {
  event: 'previewed',
  kind: 'destroy',
  uuid: uuid('5d0d2b40-0000-4000-8000-000000000001'),
  name: 'web\u001b[31m',
  steps: [
    { name: 'pause', pivot: true },
    { name: 'remove-devices', subject: 'vbd/51712' },
  ],
  changes: [{ path: '/libxl', before: { value: '', permissions: 'n0' } }],
};

test('the steps come in their order, then the store', () => {
  expect(renderPreview(PREVIEW, { width: 80 })).toBe(
    [
      'Dry run: destroy web\\x1b[31m (5d0d2b40-0000-4000-8000-000000000001)',
      '  1  pause (no way back from here)',
      '  2  remove devices vbd/51712',
      '',
      'Store: 1 gone',
      '- /libxl = ""  (n0)',
      '',
    ].join('\n'),
  );
});

test('a change that leaves the store alone says so', () => {
  expect(renderPreview({ ...PREVIEW, changes: [] }, { width: 80 })).toMatch(
    /\nThe store would stay as it is\.\n$/,
  );
});
