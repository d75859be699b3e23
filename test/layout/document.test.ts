import { expect, test } from 'vitest';
import { storeLayoutDocument } from '../../src/layout/document.js';

test('docs/store-layout.md is what the tables say (npm run docs)', async () => {
  await expect(storeLayoutDocument()).toMatchFileSnapshot('../../docs/store-layout.md');
});
