import { StringDecoder } from 'node:string_decoder';

/** The lines of a stream of UTF-8 bytes, without their line feeds. Empty lines are left out. */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines.filter((line) => line !== '');
  }
  rest += decoder.end();
  if (rest !== '') yield rest;
}
