import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Commit } from '../commit.js';
import type { Domains } from '../domains.js';
import type { StoreLogger } from '../host.js';
import type { Tree } from '../tree.js';
import { ByteWriter } from './bytes.js';
import { AppendFile, putAside, readIfPresent } from './file.js';
import { writeRecord } from './records.js';
import { type Recovered, recover } from './recovery.js';
import { domainMutations, snapshot } from './snapshot.js';

const LOG_NAME = 'store.log';
const COMPACTED_NAME = 'store.log.new';
/** A log is compacted when it is this much larger than the snapshot that it began with. */
const GROWTH_BYTES = 4 * 1024 * 1024;
const GROWTH_FACTOR = 3;

interface Compaction {
  readonly file: AppendFile;
  readonly pieces: Generator<Buffer>;
  /** What was written to the old log meanwhile. */
  readonly tails: Buffer[];
}

/**
 * The durable log: every commit is appended to it before anybody hears of it. When it has outgrown
 * the tree, a new log is written beside it, a piece at a time, and takes its place.
 */
export class DurableLog {
  readonly #dir: string;
  readonly #logger: StoreLogger | undefined;
  readonly #writer = new ByteWriter(64 * 1024);
  #file: AppendFile;
  #snapshotBytes: number;
  #compaction: Compaction | undefined;

  private constructor(
    dir: string,
    file: AppendFile,
    snapshotBytes: number,
    logger: StoreLogger | undefined,
  ) {
    this.#dir = dir;
    this.#file = file;
    this.#snapshotBytes = snapshotBytes;
    this.#logger = logger;
  }

  /**
   * Opens the log in a directory, or begins one. Bytes that are torn or damaged, and all behind
   * them, are moved to a file of their own, and the logger is told.
   */
  static open(
    dir: string,
    logger: StoreLogger | undefined,
  ): { log: DurableLog; recovered: Recovered } {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    rmSync(join(dir, COMPACTED_NAME), { force: true });
    const path = join(dir, LOG_NAME);
    const bytes = readIfPresent(path);
    const recovered = recover(bytes ?? Buffer.alloc(0));
    const { goodBytes, snapshotBytes } = recovered;
    if (bytes !== undefined && goodBytes < bytes.length) {
      const aside = `${path}.damaged-${goodBytes}-${Date.now()}`;
      putAside(aside, bytes.subarray(goodBytes));
      logger?.warn(
        { log: path, goodBytes, damagedBytes: bytes.length - goodBytes, aside },
        'the store log was torn or damaged: cut back to the last good commit',
      );
    }
    const file = goodBytes > 0 ? AppendFile.open(path, goodBytes) : AppendFile.create(path);
    const log = new DurableLog(dir, file, snapshotBytes, logger);
    if (goodBytes === 0) log.#begin(recovered.tree);
    return { log, recovered };
  }

  #begin(tree: Tree): void {
    writeRecord(this.#writer, { kind: 'header', generation: tree.generation });
    this.#file.append(this.#writer.view());
    this.#writer.reset();
    this.#snapshotBytes = this.#file.size;
  }

  get size(): number {
    return this.#file.size;
  }

  /** Makes commits durable, all or none: with one write. @throws what the write failed with */
  write(commits: readonly Commit[]): void {
    if (commits.length === 0) return;
    writeRecord(this.#writer, { kind: 'commits', commits });
    try {
      this.#file.append(this.#writer.view());
      this.#compaction?.tails.push(Buffer.from(this.#writer.view()));
    } finally {
      this.#writer.reset();
    }
  }

  get isCompacting(): boolean {
    return this.#compaction !== undefined;
  }

  get wantsCompaction(): boolean {
    const { size } = this.#file;
    return (
      this.#compaction === undefined && size > this.#snapshotBytes * GROWTH_FACTOR + GROWTH_BYTES
    );
  }

  /** Begins a new log. The store must have no commits that are not written yet. */
  startCompaction(tree: Tree, domains: Domains): void {
    this.#compaction = {
      file: AppendFile.create(join(this.#dir, COMPACTED_NAME)),
      pieces: snapshot(tree.fork(), domainMutations(domains)),
      tails: [],
    };
  }

  /** Writes one piece of the new log; with the last one it takes the place of the old. */
  continueCompaction(): void {
    const compaction = this.#compaction;
    if (compaction === undefined) return;
    try {
      const piece = compaction.pieces.next();
      if (piece.done === true) this.#finishCompaction(compaction);
      else compaction.file.append(piece.value);
    } catch (error) {
      this.abandonCompaction();
      // Try again when the log has grown by as much once more.
      this.#snapshotBytes = this.#file.size;
      this.#logger?.error(
        { err: error },
        'the store log could not be compacted; it goes on growing',
      );
    }
  }

  #finishCompaction({ file, tails }: Compaction): void {
    const snapshotBytes = file.size;
    for (const tail of tails) file.append(tail);
    const old = this.#file;
    this.#file = file.replace(old.path, (error) =>
      this.#logger?.error({ err: error }, 'the new store log may not survive a power failure'),
    );
    this.#snapshotBytes = snapshotBytes;
    this.#compaction = undefined;
    this.#logger?.info({ before: old.size, after: this.#file.size }, 'compacted the store log');
    old.close();
  }

  abandonCompaction(): void {
    this.#compaction?.file.discard();
    this.#compaction = undefined;
  }

  close(): void {
    this.abandonCompaction();
    this.#file.close();
  }
}
