import { argument } from '../src/cli/arguments.js';
import { BaseCommand } from '../src/cli/base-command.js';
import { explainPath } from '../src/cli/explain.js';
import { paletteFor } from '../src/render/colour.js';
import { renderExplanation } from '../src/render/explain.js';
import { renderJson } from '../src/render/json.js';

export default class Explain extends BaseCommand {
  static override summary = 'Tell what a path of XenStore means.';
  static override description =
    'Its meaning, format, unit, writer, permissions, when it is there and where it comes from, ' +
    'and what may be below it. No store is asked and none need run.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> /local/domain/5/console/ring-ref',
    "<%= config.bin %> <%= command.id %> '/vm/<uuid>' --json",
  ];
  static override args = {
    path: argument(
      'absolute, or relative to /local/domain/0; <domid> and the like may stand in it',
    ),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Explain);
    const item = explainPath(args.path);
    const palette = paletteFor(process.stdout, process.env);
    this.print(flags.json ? renderJson('Explanation', { item }) : renderExplanation(item, palette));
  }
}
