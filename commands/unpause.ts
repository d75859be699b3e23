import { domainArgument } from '../src/cli/arguments.js';
import { ChangeCommand } from '../src/cli/change-command.js';
import { escapeText } from '../src/render/escape.js';

export default class Unpause extends ChangeCommand {
  static override summary = 'Let a paused domain run.';
  static override examples = ['<%= config.bin %> <%= command.id %> web'];
  static override args = {
    domain: domainArgument,
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Unpause);
    const outcome = await this.change('unpause', args.domain, {}, flags);
    const notice = outcome?.state.notice;
    if (typeof notice !== 'string' || flags.json || flags.quiet) return;
    process.stderr.write(`domovoi: ${escapeText(notice)}\n`);
  }
}
