import type { Socket } from 'node:net';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { type StoreView, XenStoreClient } from '../xenstore/client.js';
import { isXenStoreError } from '../xenstore/errors.js';
import { BaseCommand } from './base-command.js';
import { FailureWithExitCode } from './failure.js';
import { storeFailure } from './store-failure.js';
import { connectToStore, storeSocketPath } from './store-socket.js';
import { unlessSilent } from './unless-silent.js';

/** What the xenstore tools give for every failure, a wrong command line too. */
const EXIT_FAILURE = 1;
/** Longer than the daemon itself waits in anything that it can be asked: 60 s, in a live update. */
const ANSWER_MS = 120_000;

/** The flags that all xenstore tools take. */
export const toolFlags = {
  help: Flags.help({ char: 'h', description: 'this help' }),
  socket: Flags.boolean({ char: 's', description: 'ignored, as by the xenstore tools' }),
};

/** `PATH…`, at least one. */
export const paths = Args.string({
  description: 'absolute, or relative to /local/domain/0',
  required: true,
  multiple: true,
  ignoreStdin: true,
});

/** What the answers to several paths were, and what ended them early if anything did. */
export interface Answers<Item> {
  readonly items: readonly Item[];
  readonly failure?: unknown;
}

/**
 * One of the xenstore tools: speaks to the store daemon itself, to any that XENSTORED_PATH names,
 * and ends with the exit codes of the original.
 */
export abstract class StoreCommand extends BaseCommand {
  /** The connection is closed when `work` is over. */
  protected async withStore<Result>(
    work: (store: XenStoreClient) => Promise<Result>,
  ): Promise<Result> {
    const socket = await this.connect();
    const store = new XenStoreClient(socket);
    try {
      return await unlessSilent(socket, ANSWER_MS, work(store));
    } finally {
      await store.close();
    }
  }

  protected connect(): Promise<Socket> {
    const path = storeSocketPath(this.stateDir, process.env);
    return connectToStore(path, this.stateDir, { stderr: process.stderr });
  }

  /** Asks about one path after the other until one fails; about several in one transaction. */
  protected async askAboutEach<Item>(
    paths: readonly string[],
    ask: (view: StoreView, path: string) => Promise<Item>,
  ): Promise<Answers<Item>> {
    let items: Item[] = [];
    try {
      await this.withStore((store) =>
        atomically(store, paths.length > 1, async (view) => {
          items = [];
          for (const path of paths) items.push(await ask(view, path));
        }),
      );
    } catch (failure) {
      return { items, failure };
    }
    return { items };
  }

  /** Prints what `failure`, if there was one, came after; JSON is whole or not at all. */
  protected printAnswers<Item>(
    { items, failure }: Answers<Item>,
    render: (items: readonly Item[]) => string | Uint8Array,
    { json }: { readonly json: boolean },
  ): void {
    if (failure === undefined || !json) process.stdout.write(render(items));
    if (failure !== undefined) throw failure;
  }

  protected override catch(thrown: unknown): Promise<never> {
    const failure = isXenStoreError(thrown) ? storeFailure(thrown) : thrown;
    throw failure instanceof FailureWithExitCode
      ? failure
      : new FailureWithExitCode(EXIT_FAILURE, failure);
  }
}

/** Runs `body` in a transaction, again when others were quicker; without one if that is asked. */
export function atomically<Result>(
  store: XenStoreClient,
  isNeeded: boolean,
  body: (view: StoreView) => Promise<Result>,
): Promise<Result> {
  return isNeeded ? store.transaction(body) : body(store);
}
