import { argument, domainArgument } from '../src/cli/arguments.js';
import { ChangeCommand } from '../src/cli/change-command.js';
import { withLastWords } from '../src/cli/last-words.js';
import { escapeText } from '../src/render/escape.js';

export default class Rename extends ChangeCommand {
  static override summary = 'Give a domain another name.';
  static override examples = ['<%= config.bin %> <%= command.id %> web web-old'];
  static override args = {
    domain: domainArgument,
    name: argument('the name to be'),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Rename);
    const { domain, name } = args;
    await withLastWords(
      () => `Can't rename domain '${escapeText(domain)}'.\n`,
      this.change('rename', domain, { name }, flags),
    );
  }
}
