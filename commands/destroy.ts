import { domainArgument } from '../src/cli/arguments.js';
import { aboutDomain } from '../src/cli/failure.js';
import { OperationCommand } from '../src/cli/operation-command.js';
import { requestedBy } from '../src/client/requested-by.js';

export default class Destroy extends OperationCommand {
  static override summary = 'End a domain at once, without asking it.';
  static override examples = ['<%= config.bin %> <%= command.id %> web'];
  static override args = {
    domain: domainArgument,
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Destroy);
    const request = { domain: args.domain, requestedBy: requestedBy() };
    await aboutDomain(
      'destroy',
      args.domain,
      this.perform((daemon) => daemon.change('destroy', request), flags),
    );
  }
}
