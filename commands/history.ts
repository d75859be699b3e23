import * as Flags from '@oclif/core/flags';
import { optionalDomain } from '../src/cli/arguments.js';
import { BaseCommand } from '../src/cli/base-command.js';
import { aboutDomain } from '../src/cli/failure.js';

export default class History extends BaseCommand {
  static override summary = 'Show what happened: to all domains, or to one and where it has been.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> web --limit 10',
    '<%= config.bin %> <%= command.id %> web --json',
  ];
  static override args = {
    domain: optionalDomain,
  };
  static override flags = {
    limit: Flags.integer({
      description: 'how many operations, the newest',
      helpValue: 'N',
      default: 50,
      min: 1,
    }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(History);
    const query = args.domain === undefined ? {} : { domain: args.domain };
    const history = await aboutDomain(
      'history',
      args.domain ?? '',
      this.ask((daemon) => daemon.ask('history', { ...query, limit: flags.limit })),
    );
    if (flags.json) {
      const { renderJson } = await import('../src/render/json.js');
      this.print(renderJson('History', { item: history }));
      return;
    }
    const [{ renderHistory }, { paletteFor }] = await Promise.all([
      import('../src/render/history.js'),
      import('../src/render/colour.js'),
    ]);
    this.print(
      renderHistory(history, {
        width: process.stdout.columns || 80,
        palette: paletteFor(process.stdout, process.env),
        lineage: args.domain !== undefined,
      }),
    );
  }
}
