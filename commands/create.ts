import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import * as Flags from '@oclif/core/flags';
import { optionalArgument } from '../src/cli/arguments.js';
import { UsageError } from '../src/cli/failure.js';
import { OperationCommand } from '../src/cli/operation-command.js';
import { requestedBy } from '../src/client/requested-by.js';
import { ToolstackError, toToolstackError } from '../src/model/index.js';

/** What `-` stands for, in messages too. */
const STDIN = '/dev/stdin';

export default class Create extends OperationCommand {
  static override summary = 'Create a domain from an xl.cfg file.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> examples/web.cfg',
    '<%= config.bin %> <%= command.id %> --paused examples/web.cfg memory=256 \'name="web2"\'',
  ];
  static override strict = false;
  static override args = {
    file: optionalArgument('the configuration; - reads it from standard input'),
    settings: optionalArgument('key=value …, read after the file'),
  };
  static override flags = {
    paused: Flags.boolean({ char: 'p', description: 'leave the domain paused' }),
    defconfig: Flags.string({
      char: 'f',
      description: 'the configuration file',
      helpValue: 'FILE',
    }),
  };

  override async run(): Promise<void> {
    const { argv, flags } = await this.parse(Create);
    const { file, overrides } = readWords(argv as string[], flags.defconfig);
    const config = await readConfig(file);
    if (!flags.quiet && !flags.json) process.stderr.write(`Parsing config from ${file}\n`);
    await this.perform(
      (daemon) =>
        daemon.change('create', {
          text: config,
          file: resolve(file),
          cwd: process.cwd(),
          overrides,
          paused: flags.paused ?? false,
          requestedBy: requestedBy(),
        }),
      flags,
    );
  }
}

/** The first word is the file unless it has a `=`, as xl has it; all others are settings. */
function readWords(words: readonly string[], defconfig: string | undefined) {
  const [first, ...others] = words;
  const isFile = first !== undefined && !first.includes('=');
  const file = isFile ? first : defconfig;
  const overrides = isFile ? others : words;
  if (file === undefined) throw new UsageError('create needs a configuration file');
  const stray = overrides.find((word) => !word.includes('='));
  if (stray !== undefined) throw new UsageError(`"${stray}" is no key=value setting`);
  return { file: file === '-' ? STDIN : file, overrides };
}

async function readConfig(file: string): Promise<string> {
  try {
    // Not by its path, which cannot be opened where standard input is a socket.
    if (file === STDIN) return await text(process.stdin);
    return await readFile(file, 'utf8');
  } catch (thrown) {
    const { code, message } = toToolstackError(thrown);
    // Of `ENOENT: no such file or directory, open 'web.cfg'` the middle, as xl says it.
    const reason = message.replace(/^[A-Z]+: /, '').replace(/, \w+( '.*')?$/, '');
    throw new ToolstackError(code, `Failed to read config file: ${file}: ${reason}`, {
      suggestions: ['Give the path of an xl.cfg file that you may read.'],
      cause: thrown,
    });
  }
}
