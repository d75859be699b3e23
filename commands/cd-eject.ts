import { argument, domainArgument } from '../src/cli/arguments.js';
import { aboutDomain } from '../src/cli/failure.js';
import { OperationCommand } from '../src/cli/operation-command.js';
import { requestedBy } from '../src/client/requested-by.js';

export default class CdEject extends OperationCommand {
  static override summary = 'Take the medium out of a CD-ROM drive of a domain.';
  static override examples = ['<%= config.bin %> <%= command.id %> win hdc'];
  static override args = {
    domain: domainArgument,
    device: argument('the drive: hdc, xvdc …'),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(CdEject);
    const request = { ...args, requestedBy: requestedBy() };
    await aboutDomain(
      'cd-eject',
      args.domain,
      this.perform((daemon) => daemon.change('cd-eject', request), flags),
    );
  }
}
