import type { Readable } from 'node:stream';
import { type Domid, messageOf, ToolstackError } from '../../model/index.js';
import { cancellation } from './cancellation.js';
import type { HypercallConnection } from './connection.js';
import type { GuestContext, RingsJson } from './hypercalls.js';
import {
  checkHeader,
  decodePageData,
  decodeRecordHeader,
  HEADER_BYTES,
  isOptional,
  PAGE_BYTES,
  RECORD_HEADER_BYTES,
  RecordType,
} from './libxc-image.js';
import { PAGES_PER_CALL } from './pages.js';

/** Fills a prepared domain from a libxc image: what xc_domain_restore does on real Xen. */
export async function restoreDomain(
  machine: HypercallConnection,
  domid: Domid,
  input: Readable,
  signal: AbortSignal,
): Promise<RingsJson> {
  const reader = new ByteReader(input, signal);
  try {
    return await readImage(machine, domid, reader);
  } finally {
    reader.close();
  }
}

async function readImage(
  machine: HypercallConnection,
  domid: Domid,
  reader: ByteReader,
): Promise<RingsJson> {
  decode(checkHeader, await reader.take(HEADER_BYTES));
  let rings: RingsJson | undefined;
  for (;;) {
    const { type, length, padding } = decode(
      decodeRecordHeader,
      await reader.take(RECORD_HEADER_BYTES),
    );
    const body = await reader.take(length);
    await reader.take(padding);
    switch (type) {
      case RecordType.pageData:
        await writePages(machine, domid, body);
        break;
      case RecordType.simulatedVcpus:
        rings = await setContext(machine, domid, body);
        break;
      case RecordType.staticDataEnd:
        break;
      case RecordType.end:
        if (rings === undefined) throw broken('it ended before the vcpus came');
        return rings;
      default:
        if (!isOptional(type)) throw broken(`it holds a record of unknown type ${type}`);
    }
  }
}

async function writePages(machine: HypercallConnection, domid: Domid, body: Buffer): Promise<void> {
  const { frames, pages } = decode(decodePageData, body);
  for (let start = 0; start < frames.length; start += PAGES_PER_CALL) {
    const batch = frames.slice(start, start + PAGES_PER_CALL);
    const numbers = Buffer.from(Uint32Array.from(batch).buffer);
    const from = start * PAGE_BYTES;
    const bytes = Buffer.concat([numbers, pages.subarray(from, from + batch.length * PAGE_BYTES)]);
    await machine.call('writePages', { domid, count: batch.length }, bytes);
  }
}

async function setContext(
  machine: HypercallConnection,
  domid: Domid,
  body: Buffer,
): Promise<RingsJson> {
  const context: unknown = decode((bytes) => JSON.parse(bytes.toString()), body);
  const { result } = await machine.call('setContext', {
    domid,
    context: context as GuestContext,
  });
  return result;
}

/** What cannot be read is the image's fault, and said to be. */
function decode<T>(decoder: (bytes: Buffer) => T, bytes: Buffer): T {
  try {
    return decoder(bytes);
  } catch (error) {
    throw broken(messageOf(error));
  }
}

function broken(why: string): ToolstackError {
  return new ToolstackError('EIO', `the domain's image is broken: ${why}`);
}

/** Takes exact numbers of bytes from a stream. */
class ByteReader {
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #signal: AbortSignal;
  readonly #onAbort: () => void;
  #rest: Buffer[] = [];
  #length = 0;

  constructor(input: Readable, signal: AbortSignal) {
    this.#signal = signal;
    this.#onAbort = () => input.destroy(cancellation(signal));
    signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#chunks = input[Symbol.asyncIterator]();
  }

  close(): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
  }

  /** @throws ToolstackError EIO when the stream ends first */
  async take(count: number): Promise<Buffer> {
    while (this.#length < count) {
      if (this.#signal.aborted) throw cancellation(this.#signal);
      const next = await this.#next();
      if (next.done === true) throw broken('it ends in the middle');
      this.#rest.push(next.value);
      this.#length += next.value.length;
    }
    const joined =
      this.#rest.length === 1 && this.#rest[0] ? this.#rest[0] : Buffer.concat(this.#rest);
    this.#rest = [joined.subarray(count)];
    this.#length -= count;
    return joined.subarray(0, count);
  }

  async #next(): Promise<IteratorResult<Buffer>> {
    try {
      return await this.#chunks.next();
    } catch (cause) {
      if (this.#signal.aborted) throw cancellation(this.#signal);
      throw cause instanceof ToolstackError ? cause : broken(String(cause));
    }
  }
}
