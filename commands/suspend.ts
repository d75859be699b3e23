import { domainArgument } from '../src/cli/arguments.js';
import { ChangeCommand } from '../src/cli/change-command.js';

export default class Suspend extends ChangeCommand {
  static override summary = 'Suspend a domain to memory, by its own consent.';
  static override examples = ['<%= config.bin %> <%= command.id %> web'];
  static override args = {
    domain: domainArgument,
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Suspend);
    await this.change('suspend', args.domain, {}, flags);
  }
}
