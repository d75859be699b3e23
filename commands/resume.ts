import { domainArgument } from '../src/cli/arguments.js';
import { ChangeCommand } from '../src/cli/change-command.js';

export default class Resume extends ChangeCommand {
  static override summary = 'Wake a suspended domain.';
  static override examples = ['<%= config.bin %> <%= command.id %> web'];
  static override args = {
    domain: domainArgument,
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Resume);
    await this.change('resume', args.domain, {}, flags);
  }
}
