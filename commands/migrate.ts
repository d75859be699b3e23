import * as Flags from '@oclif/core/flags';
import { argument, domainArgument } from '../src/cli/arguments.js';
import { aboutDomain } from '../src/cli/failure.js';
import { OperationCommand } from '../src/cli/operation-command.js';
import { requestedBy } from '../src/client/requested-by.js';
import { renderMigration } from '../src/render/summary.js';

export default class Migrate extends OperationCommand {
  static override summary = 'Move a running domain.';
  static override description =
    'The memory is sent while the domain runs, until the rest can be sent in less than the ' +
    'downtime allowed. The domain keeps its UUID and gets another domid.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> web localhost',
    '<%= config.bin %> <%= command.id %> web localhost --max-downtime 20',
  ];
  static override args = {
    domain: domainArgument,
    destination: argument('where to: localhost'),
  };
  static override flags = {
    'max-downtime': Flags.integer({
      description: 'the longest that the domain should stand still',
      helpValue: 'MS',
      min: 1,
    }),
    bandwidth: Flags.integer({
      description: 'the most to send, leaving the link to others',
      helpValue: 'KIB/S',
      min: 1,
    }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Migrate);
    const { 'max-downtime': maxDowntimeMs, bandwidth: bandwidthKib } = flags;
    const request = {
      ...args,
      requestedBy: requestedBy(),
      ...(maxDowntimeMs === undefined ? {} : { maxDowntimeMs }),
      ...(bandwidthKib === undefined ? {} : { bandwidthKib }),
    };
    const outcome = await aboutDomain(
      'migrate',
      args.domain,
      this.perform((daemon) => daemon.change('migrate', request), { ...flags, steps: true }),
    );
    if (outcome === undefined || flags.json || flags.quiet) return;
    this.print(renderMigration(outcome.name, outcome.uuid, outcome.state));
  }
}
