import * as Flags from '@oclif/core/flags';
import type { ApiClient } from '../client/api-client.js';
import type { ReplyLine } from '../model/index.js';
import { renderJson } from '../render/json.js';
import { BaseCommand } from './base-command.js';
import { follow, type Outcome } from './follow.js';
import { progressPrinter, SILENT_PRINTER } from './progress-printer.js';

interface Manner {
  readonly json: boolean;
  readonly quiet: boolean;
}

/** A command that has the daemon do something to a domain, and waits until it is done. */
export abstract class OperationCommand extends BaseCommand {
  static override baseFlags = {
    ...BaseCommand.baseFlags,
    quiet: Flags.boolean({ char: 'q', description: 'tell nothing on the way' }),
  };

  /** Follows the operation; with `--json` prints what became of it. */
  protected async perform(
    begin: (daemon: ApiClient) => Promise<AsyncIterable<ReplyLine>>,
    { json, quiet }: Manner,
  ): Promise<Outcome> {
    const lines = await this.ask(begin);
    const printer = json || quiet ? SILENT_PRINTER : progressPrinter(process.stderr);
    const { warnings, ...item } = await follow(lines, printer);
    if (json) this.print(renderJson('Operation', { item, warnings }));
    return { ...item, warnings };
  }
}
