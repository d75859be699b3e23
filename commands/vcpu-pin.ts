import * as Flags from '@oclif/core/flags';
import { argument, domainArgument, optionalArgument } from '../src/cli/arguments.js';
import { ChangeCommand } from '../src/cli/change-command.js';
import { WordedFailure } from '../src/cli/failure.js';
import { withLastWords } from '../src/cli/last-words.js';
import { ToolstackError } from '../src/model/index.js';
import { escapeText } from '../src/render/escape.js';

export default class VcpuPin extends ChangeCommand {
  static override summary = 'Say on which CPUs a vcpu may run, and on which it should.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> web 0 2-3',
    '<%= config.bin %> <%= command.id %> web all all 0-3,^1',
    '<%= config.bin %> <%= command.id %> web 1 - nodes:0',
  ];
  static override args = {
    domain: domainArgument,
    vcpu: argument('its number, or all'),
    hard: argument('CPUs that it may run on: all, 0-3,^2, nodes:0; - leaves them'),
    soft: optionalArgument('CPUs that it should run on'),
  };
  static override flags = {
    force: Flags.boolean({ char: 'f', description: 'undo a pinning that the kernel did' }),
    'ignore-global-affinity-masks': Flags.boolean({
      char: 'i',
      description: 'there are no such masks here',
    }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(VcpuPin);
    const { domain, hard, soft } = args;
    const vcpu = readVcpu(args.vcpu);
    if (flags.force && vcpu === 'all') {
      throw worded("Error: --force and 'all' as VCPU not allowed.\n", args.vcpu);
    }
    const request = { vcpu, hard, ...(soft === undefined ? {} : { soft }) };
    await withLastWords(
      () =>
        vcpu === 'all'
          ? 'Could not set affinity.\n'
          : `Could not set affinity for vcpu \`${vcpu}'.\n`,
      this.change('vcpu-pin', domain, request, flags),
    );
  }
}

function readVcpu(text: string): number | 'all' {
  if (text === 'all') return text;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw worded(`Error: Invalid argument ${escapeText(text)} as VCPU.\n`, text);
}

function worded(words: string, text: string): WordedFailure {
  return new WordedFailure(words, new ToolstackError('EINVAL', `"${text}" is no vcpu`));
}
