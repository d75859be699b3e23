import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readLines } from '../../src/client/read-lines.js';

async function* cut(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let start = 0;
  for (const size of sizes) {
    yield bytes.subarray(start, start + size);
    start += size;
  }
  yield bytes.subarray(start);
}

test('lines are the same however the bytes are cut', async () => {
  const line = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('\n'));
  const sizes = fc.array(fc.integer({ min: 0, max: 5 }));
  await fc.assert(
    fc.asyncProperty(fc.array(line), sizes, fc.boolean(), async (lines, pieces, endsInFeed) => {
      const bytes = Buffer.from(lines.join('\n') + (endsInFeed ? '\n' : ''));
      const read: string[] = [];
      for await (const text of readLines(cut(bytes, pieces))) read.push(text);
      expect(read).toEqual(lines);
    }),
  );
});
