import { domainArgument } from '../src/cli/arguments.js';
import { BaseCommand } from '../src/cli/base-command.js';
import { aboutDomain } from '../src/cli/failure.js';
import { renderJson } from '../src/render/json.js';

export default class DomidOf extends BaseCommand {
  static override summary = 'Print the domid of a domain.';
  static override examples = ['<%= config.bin %> <%= command.id %> web'];
  static override args = {
    domain: domainArgument,
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(DomidOf);
    const { domains } = await aboutDomain(
      'domid',
      args.domain,
      this.ask((daemon) => daemon.ask('domains', { domain: args.domain })),
    );
    for (const { domid, uuid, name } of domains) {
      this.print(flags.json ? renderJson('Domain', { item: { domid, uuid, name } }) : `${domid}\n`);
    }
  }
}
