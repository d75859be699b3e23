import { domainArgument } from '../src/cli/arguments.js';
import { aboutDomain } from '../src/cli/failure.js';
import { OperationCommand } from '../src/cli/operation-command.js';
import { requestedBy } from '../src/client/requested-by.js';

export default class Adopt extends OperationCommand {
  static override summary = 'Take over a domain that another toolstack made.';
  static override description =
    'Reads from the store and the hypervisor what the domain was configured with. The guest does ' +
    'not notice. What the store does not tell is said.';
  static override examples = ['<%= config.bin %> <%= command.id %> web'];
  static override args = {
    domain: domainArgument,
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Adopt);
    const request = { domain: args.domain, requestedBy: requestedBy() };
    await aboutDomain(
      'adopt',
      args.domain,
      this.perform((daemon) => daemon.change('adopt', request), flags),
    );
  }
}
