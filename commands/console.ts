import * as Flags from '@oclif/core/flags';
import { domainArgument } from '../src/cli/arguments.js';
import { BaseCommand } from '../src/cli/base-command.js';
import { openConsole } from '../src/cli/console-line.js';
import { converse } from '../src/cli/console-session.js';
import { endingSignal } from '../src/cli/ending-signal.js';
import { aboutDomain } from '../src/cli/failure.js';
import { renderJson } from '../src/render/json.js';

export default class Console extends BaseCommand {
  static override summary = 'Attach to the console of a guest; Ctrl-] leaves it.';
  static override description =
    'Where standard input is no terminal, what it has is sent to the guest. It ends with the answer.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> web',
    'echo uptime | <%= config.bin %> <%= command.id %> web',
  ];
  static override args = {
    domain: domainArgument,
  };
  static override flags = {
    number: Flags.integer({ char: 'n', description: 'which console', min: 0, max: 9999 }),
    type: Flags.option({
      char: 't',
      options: ['pv', 'serial'] as const,
      description: 'which kind of console',
    })(),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Console);
    const { number, type } = flags;
    const query = {
      domain: args.domain,
      ...(number === undefined ? {} : { number }),
      ...(type === undefined ? {} : { type }),
    };
    const place = await aboutDomain(
      'console',
      args.domain,
      this.ask((daemon) => daemon.ask('console', query)),
    );
    // Whoever asks for JSON is a program: it is told the way and goes itself.
    if (flags.json) return this.print(renderJson('Console', { item: place }));
    const line = await openConsole(place.path);
    await endingSignal((signal) => converse(line, process.stdin, process.stdout, signal));
  }
}
