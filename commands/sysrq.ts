import { argument, domainArgument } from '../src/cli/arguments.js';
import { ChangeCommand } from '../src/cli/change-command.js';
import { WordedFailure } from '../src/cli/failure.js';
import { usageLine } from '../src/cli/usage.js';
import { ToolstackError } from '../src/model/index.js';

export default class Sysrq extends ChangeCommand {
  static override summary = 'Send a domain a magic system request, as Linux takes them.';
  static override examples = ['<%= config.bin %> <%= command.id %> web s'];
  static override args = {
    domain: domainArgument,
    letter: argument('one character'),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Sysrq);
    const { domain, letter } = args;
    if (!/^[\x20-\x7e]$/.test(letter)) {
      const error = new ToolstackError('EINVAL', `"${letter}" is no system request`, {
        suggestions: ['Give one character; h has Linux list them on its console.'],
      });
      throw new WordedFailure(`Invalid sysrq.\n\nUsage: ${usageLine(this.ctor)}\n`, error);
    }
    await this.change('sysrq', domain, { letter }, flags);
  }
}
