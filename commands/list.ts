import * as Flags from '@oclif/core/flags';
import { optionalDomain } from '../src/cli/arguments.js';
import { BaseCommand } from '../src/cli/base-command.js';
import { list } from '../src/cli/list.js';

export default class List extends BaseCommand {
  static override summary = 'List domains, in the columns of xl.';
  static override description =
    'State: r running, b blocked, p paused, s shut down, then why (- power off, r reboot, ' +
    's suspend, c crash, w watchdog, S soft reset), d dying.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> web --verbose',
    '<%= config.bin %> <%= command.id %> --json',
  ];
  static override args = {
    domain: optionalDomain,
  };
  static override flags = {
    long: Flags.boolean({ char: 'l', description: 'all that is known, in the JSON of xl' }),
    verbose: Flags.boolean({ char: 'v', description: 'UUIDs and shutdown reasons too' }),
    context: Flags.boolean({ char: 'Z', description: 'security labels too' }),
    cpupool: Flags.boolean({ char: 'c', description: 'CPU pools too' }),
    numa: Flags.boolean({ char: 'n', description: 'the NUMA nodes that domains are bound to too' }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(List);
    this.print(await list({ ...args, ...flags }));
  }
}
