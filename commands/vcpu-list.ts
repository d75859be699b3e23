import { optionalDomains } from '../src/cli/arguments.js';
import { BaseCommand } from '../src/cli/base-command.js';
import { aboutDomain } from '../src/cli/failure.js';
import type { VcpuLists } from '../src/model/index.js';
import { renderJson } from '../src/render/json.js';
import { renderVcpus, VCPU_LIST_HEADER } from '../src/render/xl/vcpu-list.js';

export default class VcpuList extends BaseCommand {
  static override summary = 'List virtual CPUs, in the columns of xl.';
  static override description =
    'State: r running, b blocked, p offline. Affinity: the CPUs that it may run on / runs on best.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> web db',
  ];
  static override args = {
    domain: optionalDomains,
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(VcpuList);
    const asked = args.domain ?? [];
    const lists: VcpuLists[] = [];
    if (!flags.json) this.print(VCPU_LIST_HEADER);
    for (const domain of asked.length === 0 ? [undefined] : asked) {
      const query = domain === undefined ? {} : { domain };
      const answer = this.ask((daemon) => daemon.ask('vcpus', query));
      const found = await aboutDomain('vcpu-list', domain ?? '', answer);
      lists.push(found);
      if (flags.json) continue;
      for (const each of found.domains) this.print(renderVcpus(each, found.hostCpus));
    }
    if (flags.json) {
      this.print(renderJson('VcpuList', { items: lists.flatMap(({ domains }) => domains) }));
    }
  }
}
