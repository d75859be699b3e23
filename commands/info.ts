import * as Flags from '@oclif/core/flags';
import { optionalArgument } from '../src/cli/arguments.js';
import { BaseCommand } from '../src/cli/base-command.js';
import { renderJson } from '../src/render/json.js';
import { infoFields, renderInfo } from '../src/render/xl/info.js';

export default class Info extends BaseCommand {
  static override summary = 'Print what the host is made of, in the fields of xl.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> free_memory',
    '<%= config.bin %> <%= command.id %> -n',
  ];
  static override args = {
    field: optionalArgument('print the value of this field only'),
  };
  static override flags = {
    numa: Flags.boolean({ char: 'n', description: 'the topology of processors and memory too' }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Info);
    const host = await this.ask((daemon) => daemon.ask('host'));
    if (flags.json) return this.print(renderJson('Host', { item: host }));
    // As xl has it: the topology has no fields, and a field that does not exist prints nothing.
    if (args.field === undefined || flags.numa) return this.print(renderInfo(host, flags));
    const value = infoFields(host).get(args.field);
    if (value !== undefined) this.print(`${value}\n`);
  }
}
