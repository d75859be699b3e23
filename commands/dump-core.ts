import { resolve } from 'node:path';
import { argument, domainArgument } from '../src/cli/arguments.js';
import { aboutDomain } from '../src/cli/failure.js';
import { OperationCommand } from '../src/cli/operation-command.js';
import { requestedBy } from '../src/client/requested-by.js';

export default class DumpCore extends OperationCommand {
  static override summary = 'Write the memory of a domain to a file, as an ELF core.';
  static override examples = ['<%= config.bin %> <%= command.id %> web /var/tmp/web.core'];
  static override args = {
    domain: domainArgument,
    file: argument('the file to write; one that is there is replaced'),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(DumpCore);
    const request = {
      domain: args.domain,
      file: resolve(args.file),
      requestedBy: requestedBy(),
    };
    await aboutDomain(
      'dump-core',
      args.domain,
      this.perform((daemon) => daemon.change('dump-core', request), flags),
    );
  }
}
