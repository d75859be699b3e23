import * as Flags from '@oclif/core/flags';
import { argument, domainArgument } from '../src/cli/arguments.js';
import { ChangeCommand } from '../src/cli/change-command.js';
import { aboutDomain, WordedFailure } from '../src/cli/failure.js';
import { withLastWords } from '../src/cli/last-words.js';
import { ToolstackError } from '../src/model/index.js';

/** xl's own bound: `INT_MAX`. */
const MAX_VCPUS = 2 ** 31 - 1;

export default class VcpuSet extends ChangeCommand {
  static override summary = 'Change how many of its vcpus a domain uses.';
  static override examples = ['<%= config.bin %> <%= command.id %> web 2'];
  static override args = {
    domain: domainArgument,
    vcpus: argument('how many, of those that it was created with'),
  };
  static override flags = {
    'ignore-host': Flags.boolean({
      char: 'i',
      description: 'allow more vcpus than the host has CPUs',
    }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(VcpuSet);
    const vcpus = /^\d{1,10}$/.test(args.vcpus) ? Number(args.vcpus) : Number.NaN;
    if (!(vcpus <= MAX_VCPUS)) {
      const error = new ToolstackError('EINVAL', `"${args.vcpus}" is no number of vcpus`);
      throw new WordedFailure('Error: Invalid argument.\n', error);
    }
    const asked = this.ask((daemon) => daemon.ask('domains', { domain: args.domain }));
    const { domains } = await aboutDomain('vcpu-set', args.domain, asked);
    const ignoreHost = flags['ignore-host'];
    await withLastWords(
      // Too many for the host are refused by xl itself, and others by libxl.
      ({ message }) =>
        message.startsWith('You are overcommmitting')
          ? ''
          : `libxl_set_vcpuonline failed domid=${domains[0]?.domid} max_vcpus=${vcpus}, rc: -3\n`,
      this.change('vcpu-set', args.domain, { vcpus, ignoreHost }, flags),
    );
  }
}
