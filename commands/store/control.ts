import * as Args from '@oclif/core/args';
import { FailureWithExitCode } from '../../src/cli/failure.js';
import { StoreCommand } from '../../src/cli/store-command.js';
import { storeFailure } from '../../src/cli/store-failure.js';
import { ToolstackError } from '../../src/model/index.js';
import { renderJson } from '../../src/render/json.js';
import type { XenStoreClient } from '../../src/xenstore/client.js';
import { isXenStoreError, type XenStoreError } from '../../src/xenstore/errors.js';

/** What xenstore-control gives when the daemon says no. */
const EXIT_REFUSED = 3;

export default class StoreControl extends StoreCommand {
  static override summary = 'Ask something of the store daemon itself, as xenstore-control does.';
  static override description =
    'Words go to the daemon as they are, its answer is printed. Exit code 3 when it refuses. ' +
    'Without words: help, which tells what the daemon knows.';
  static override usage = '<%= command.id %> [COMMAND [ARGUMENT]...] [--json]';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> check',
    '<%= config.bin %> <%= command.id %> quota 0',
  ];
  static override args = {
    word: Args.string({
      description: 'a command of the daemon, then its arguments',
      default: ['help'],
      multiple: true,
      ignoreStdin: true,
    }),
  };
  /** Dashed words are the daemon's: `live-update -s`. */
  static '--' = false;

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(StoreControl);
    const command = args.word;
    const answer = await this.withStore((store) => control(store, command));
    if (flags.json) this.print(renderJson('StoreControl', { item: { command, answer } }));
    else if (answer !== '') this.print(`${answer}\n`);
  }
}

async function control(store: XenStoreClient, command: readonly string[]): Promise<string> {
  try {
    return cString(await store.control(...command));
  } catch (thrown) {
    if (!isXenStoreError(thrown)) throw thrown;
    throw new FailureWithExitCode(EXIT_REFUSED, refusal(thrown));
  }
}

function refusal(thrown: XenStoreError): ToolstackError {
  const { code, message } = storeFailure(thrown);
  return new ToolstackError(code, message, {
    suggestions: ['See `domovoi store control help` for what the daemon takes.'],
    cause: thrown,
  });
}

/** An answer ends at its first NUL, whatever comes behind. */
function cString(answer: string): string {
  return answer.split('\0')[0] ?? '';
}
