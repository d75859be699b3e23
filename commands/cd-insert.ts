import { argument, domainArgument } from '../src/cli/arguments.js';
import { aboutDomain } from '../src/cli/failure.js';
import { OperationCommand } from '../src/cli/operation-command.js';
import { requestedBy } from '../src/client/requested-by.js';

export default class CdInsert extends OperationCommand {
  static override summary = 'Put a medium into a CD-ROM drive of a domain.';
  static override examples = ['<%= config.bin %> <%= command.id %> win hdc /srv/iso/drivers.iso'];
  static override args = {
    domain: domainArgument,
    device: argument('the drive: hdc, xvdc …'),
    target: argument('the image'),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(CdInsert);
    const request = { ...args, cwd: process.cwd(), requestedBy: requestedBy() };
    await aboutDomain(
      'cd-insert',
      args.domain,
      this.perform((daemon) => daemon.change('cd-insert', request), flags),
    );
  }
}
