import * as Flags from '@oclif/core/flags';
import { domainArgument } from '../src/cli/arguments.js';
import { aboutDomain } from '../src/cli/failure.js';
import { libxlCode, withLastWords } from '../src/cli/last-words.js';
import { OperationCommand } from '../src/cli/operation-command.js';
import { requestedBy } from '../src/client/requested-by.js';
import type { ToolstackError } from '../src/model/index.js';

const NOT_DOMAIN_0 =
  'Not destroying domain 0; use -f to force.\n' +
  'This can only be done when using a disaggregated hardware domain and toolstack.\n\n';

export default class Destroy extends OperationCommand {
  static override summary = 'End a domain at once, without asking it.';
  static override examples = ['<%= config.bin %> <%= command.id %> web'];
  static override args = {
    domain: domainArgument,
  };
  static override flags = {
    force: Flags.boolean({ char: 'f', description: 'domain 0 too, which no host here permits' }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Destroy);
    const request = { domain: args.domain, requestedBy: requestedBy() };
    const work = this.perform((daemon) => daemon.change('destroy', request), flags);
    await withLastWords(
      // Of what can be named, only domain 0 is not to be destroyed.
      ({ code }: ToolstackError) =>
        code === 'EINVAL' && !flags.force
          ? NOT_DOMAIN_0
          : `destroy failed (rc=${libxlCode(code)})\n`,
      aboutDomain('destroy', args.domain, work),
    );
  }
}
