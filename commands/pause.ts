import { domainArgument } from '../src/cli/arguments.js';
import { ChangeCommand } from '../src/cli/change-command.js';

export default class Pause extends ChangeCommand {
  static override summary = 'Hold a domain: it runs no further, and keeps what it has.';
  static override examples = ['<%= config.bin %> <%= command.id %> web'];
  static override args = {
    domain: domainArgument,
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Pause);
    await this.change('pause', args.domain, {}, flags);
  }
}
