import { resolve } from 'node:path';
import * as Flags from '@oclif/core/flags';
import { domainArgument, optionalWords } from '../src/cli/arguments.js';
import { readConfigFile, readConfigWords } from '../src/cli/config-words.js';
import { aboutDomain, FailureWithExitCode, WordedFailure } from '../src/cli/failure.js';
import { OperationCommand } from '../src/cli/operation-command.js';
import { requestedBy } from '../src/client/requested-by.js';
import { type JsonObject, ToolstackError } from '../src/model/index.js';
import { EXIT_FAILURE, EXIT_UNREADABLE_CONFIG } from '../src/render/errors.js';
import { renderYajl } from '../src/render/yajl.js';

const WARNING =
  'WARNING: xl now has better capability to manage domain configuration, ' +
  'avoid using this command when possible\n';

export default class ConfigUpdate extends OperationCommand {
  static override summary = 'Give a domain another configuration for its next start.';
  static override description =
    'The domain goes on as it is. It keeps its name, its UUID, and the MAC addresses of interfaces ' +
    'for which the configuration names none.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> web web.cfg',
    '<%= config.bin %> <%= command.id %> web web.cfg memory=256',
  ];
  static override usage = '<%= command.id %> DOMAIN [FILE] [KEY=VALUE]... [FLAGS]';
  static override args = {
    domain: domainArgument,
    file: optionalWords(
      'the configuration, - for standard input; and key=value settings, read after it',
    ),
  };
  static override flags = {
    defconfig: Flags.string({
      char: 'f',
      description: 'the configuration file',
      helpValue: 'FILE',
    }),
    debug: Flags.boolean({ char: 'd', description: 'print the configuration as it was read' }),
  };

  override async run(): Promise<void> {
    const { argv, flags } = await this.parse(ConfigUpdate);
    const [domain = '', ...words] = argv as string[];
    const say = (text: string): void => {
      if (!flags.json && !flags.quiet) process.stderr.write(text);
    };
    say(WARNING);
    const { file, overrides } = readConfigWords(words, flags.defconfig);
    if (file === undefined) throw noFile();
    const request = {
      domain,
      text: await withExitCode(EXIT_UNREADABLE_CONFIG, readConfigFile(file)),
      file: resolve(file),
      cwd: process.cwd(),
      overrides,
      requestedBy: requestedBy(),
      ...(flags.debug && !flags.json ? { debug: true } : {}),
    };
    // As xl has it, not a word on the way.
    const manner = { ...flags, quiet: true };
    const outcome = await aboutDomain(
      'config-update',
      domain,
      this.perform((daemon) => daemon.change('config-update', request), manner),
    );
    if (outcome !== undefined) say(`setting dom${String(outcome.state.domid)} configuration\n`);
  }

  protected override tellConfig(config: JsonObject): void {
    this.print(renderYajl(config));
  }
}

function noFile(): FailureWithExitCode {
  const message = 'Config file not specified';
  const error = new ToolstackError('EINVAL', message, { suggestions: ['See --help.'] });
  return new FailureWithExitCode(EXIT_FAILURE, new WordedFailure(`${message}\n`, error));
}

async function withExitCode<Result>(exitCode: number, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (thrown) {
    throw new FailureWithExitCode(exitCode, thrown);
  }
}
