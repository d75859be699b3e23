import { BaseCommand } from '../src/cli/base-command.js';
import { renderJson } from '../src/render/json.js';
import { renderVmList } from '../src/render/xl/vm-list.js';

export default class VmList extends BaseCommand {
  static override summary = 'List the UUIDs, domids and names of all domains.';
  static override examples = ['<%= config.bin %> <%= command.id %>'];

  override async run(): Promise<void> {
    const { flags } = await this.parse(VmList);
    const { domains } = await this.ask((daemon) => daemon.ask('domains'));
    const named = domains.map(({ domid, uuid, name }) => ({ domid, uuid, name }));
    this.print(flags.json ? renderJson('VmList', { items: named }) : renderVmList(named));
  }
}
