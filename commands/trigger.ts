import { argument, domainArgument, optionalArgument } from '../src/cli/arguments.js';
import { ChangeCommand } from '../src/cli/change-command.js';
import { WordedFailure } from '../src/cli/failure.js';
import { ToolstackError, TRIGGERS } from '../src/model/index.js';
import { escapeText } from '../src/render/escape.js';

export default class Trigger extends ChangeCommand {
  static override summary = 'Press a button of a domain, or send it an interrupt.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> web power',
    '<%= config.bin %> <%= command.id %> web nmi 1',
  ];
  static override args = {
    domain: domainArgument,
    trigger: argument(TRIGGERS.join(', ')),
    vcpu: optionalArgument('which vcpu; 0 when left out'),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Trigger);
    const trigger = TRIGGERS.find((one) => one === args.trigger);
    if (trigger === undefined) {
      const error = new ToolstackError('EINVAL', `there is no trigger "${args.trigger}"`, {
        suggestions: [`There are ${TRIGGERS.join(', ')}.`],
      });
      throw new WordedFailure(`Invalid trigger "${escapeText(args.trigger)}"\n`, error);
    }
    const vcpu = /^\d{1,9}$/.test(args.vcpu ?? '0') ? Number(args.vcpu ?? '0') : undefined;
    if (vcpu === undefined) process.stderr.write('Invalid vcpuid, using default vcpuid=0.\n\n');
    await this.change('trigger', args.domain, { trigger, vcpu: vcpu ?? 0 }, flags);
  }
}
