import { argument } from '../src/cli/arguments.js';
import { BaseCommand } from '../src/cli/base-command.js';
import { aboutDomain } from '../src/cli/failure.js';
import { parseDomid, ToolstackError } from '../src/model/index.js';
import { escapeText } from '../src/render/escape.js';
import { renderJson } from '../src/render/json.js';

export default class DomainName extends BaseCommand {
  static override summary = 'Print the name of a domain.';
  static override examples = ['<%= config.bin %> <%= command.id %> 3'];
  static override args = {
    domid: argument('the domid'),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(DomainName);
    const { domid, uuid, name } = await aboutDomain('domname', args.domid, this.find(args.domid));
    this.print(
      flags.json ? renderJson('Domain', { item: { domid, uuid, name } }) : `${escapeText(name)}\n`,
    );
  }

  private async find(reference: string) {
    const nameless = () =>
      new ToolstackError('no-such-domain', `no domain with a name has domid ${reference}`);
    if (parseDomid(reference) === undefined) throw nameless();
    const { domains } = await this.ask((daemon) => daemon.ask('domains', { domain: reference }));
    const [domain] = domains;
    if (domain === undefined || domain.name === null) throw nameless();
    return { ...domain, name: domain.name };
  }
}
