import * as Flags from '@oclif/core/flags';
import type { ApiClient } from '../client/api-client.js';
import type { JsonObject, PreviewLine, ReplyLine } from '../model/index.js';
import { paletteFor } from '../render/colour.js';
import { renderJson } from '../render/json.js';
import { renderPreview } from '../render/preview.js';
import { renderYajl } from '../render/yajl.js';
import { BaseCommand } from './base-command.js';
import { follow, type Outcome } from './follow.js';
import { progressPrinter, SILENT_PRINTER } from './progress-printer.js';

/** How an operation is to be followed, and its outcome told: the flags that all have. */
export interface Manner {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly 'dry-run': boolean;
  readonly steps?: boolean;
}

/** The width of what goes elsewhere than to a terminal. */
const PLAIN_WIDTH = 80;

/** A command that has the daemon do something to a domain, and waits until it is done. */
export abstract class OperationCommand extends BaseCommand {
  static override baseFlags = {
    ...BaseCommand.baseFlags,
    quiet: Flags.boolean({ char: 'q', description: 'tell nothing on the way' }),
    'dry-run': Flags.boolean({
      description: 'only show the steps, and what would become of the store',
    }),
    steps: Flags.boolean({
      description: 'tell each step, also where no terminal shows them pass (domovoi -v …)',
    }),
  };

  /**
   * Follows the operation; with `--json` prints what became of it.
   * @returns undefined when it was a dry run: what would be is printed, and nothing has been done
   */
  protected async perform(
    begin: (daemon: ApiClient) => Promise<AsyncIterable<ReplyLine>>,
    { json, quiet, steps = false, 'dry-run': dryRun }: Manner,
  ): Promise<Outcome | undefined> {
    const lines = await this.ask((daemon) => begin(dryRun ? onlyPreviewing(daemon) : daemon));
    const printer = json || quiet ? SILENT_PRINTER : progressPrinter(process.stderr, { steps });
    const { warnings, ...end } = await follow(lines, printer, (config) => this.tellConfig(config));
    if ('changes' in end) {
      const { event: _, ...item } = end;
      this.print(json ? renderJson('Preview', { item, warnings }) : previewText(end));
      return undefined;
    }
    if (json) this.print(renderJson('Operation', { item: end, warnings }));
    return { ...end, warnings };
  }

  /** Prints a config as the daemon has read it, where that was asked for. */
  protected tellConfig(config: JsonObject): void {
    process.stderr.write(renderYajl(config));
  }
}

/** The same daemon, but whatever it is asked to change it is to try out. */
function onlyPreviewing(daemon: ApiClient): ApiClient {
  return {
    ...daemon,
    change: (name, request) => daemon.change(name, { ...request, dryRun: true }),
  };
}

function previewText(preview: PreviewLine): string {
  const { stdout, env } = process;
  const width = (stdout.isTTY && stdout.columns) || PLAIN_WIDTH;
  return renderPreview(preview, { width, palette: paletteFor(stdout, env) });
}
