import { Config } from '@oclif/core/config';
import { run } from '@oclif/core/run';
import { settings } from '@oclif/core/settings';
import { ToolstackError } from '../model/index.js';
import { WordedFailure } from './failure.js';
import type { GlobalOptions } from './global-options.js';
import { type KnownCommands, unknownCommand, unknownCommandError } from './unknown-command.js';
import { type CommandShape, withUsage } from './usage.js';

/**
 * Finds the command in the manifest, loads it and runs it.
 * @throws whatever the command throws; oclif's own errors for bad options
 */
export async function runWithOclif(
  argv: readonly string[],
  entry: string,
  options: GlobalOptions,
): Promise<void> {
  settings.enableAutoTranspile = false;
  const config = await Config.load(entry);
  const words = helpLast(argv);
  const known: KnownCommands = {
    ids: config.commandIDs,
    topics: config.topics.map((topic) => topic.name),
  };
  const unknown = unknownCommand(words, known);
  if (unknown !== undefined) throw await unknownCommandError(unknown, known);
  const [command = '', ...rest] = joinTopic(words, known);
  const shape = config.findCommand(command);
  const flags = Object.keys(shape?.flags ?? {});
  if (command.startsWith('-') && !ASKS_ABOUT_US.includes(command)) throw unknownGlobalOption();
  const line = [...flagsFor(options, flags), ...rest];
  // oclif's own way to run a command would take what follows for further parts of its name.
  if (shape !== undefined && !wantsHelp(rest)) await runCommand(config, shape, line);
  else await run(command === '' ? [] : [command, ...line], config);
  // As xl: whoever said no command gets the list of them, but did not get anything done.
  if (command === '') process.exitCode = 1;
}

/** @throws UsageError that says how the command is written */
async function runCommand(config: Config, command: CommandShape, line: string[]): Promise<void> {
  try {
    await config.runCommand(command.id, line);
  } catch (thrown) {
    throw withUsage(thrown, command);
  }
}

const HELP = ['--help', '-h'];
const ASKS_ABOUT_US = [...HELP, '--version'];

function wantsHelp(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  return (end < 0 ? words : words.slice(0, end)).some((word) => HELP.includes(word));
}

/** In the words of xl, which does not say which. */
function unknownGlobalOption(): WordedFailure {
  const words = 'unknown global option';
  return new WordedFailure(`${words}\n`, new ToolstackError('EINVAL', words));
}

/** The flags by which a command knows the options that were given before it. */
function flagsFor({ dryRun, verbose }: GlobalOptions, known: readonly string[]): string[] {
  if (dryRun && !known.includes('dry-run')) {
    const words = 'command does not implement -N (dryrun) option';
    throw new WordedFailure(`${words}\n`, new ToolstackError('ENOTSUP', words));
  }
  return [
    ...(dryRun ? ['--dry-run'] : []),
    ...(verbose && known.includes('steps') ? ['--steps'] : []),
  ];
}

/** `machine start` is `machine:start`; oclif itself would take further words for parts of the name. */
function joinTopic(words: readonly string[], { ids }: KnownCommands): string[] {
  const [topic, name, ...rest] = words;
  const id = `${topic}:${name}`;
  return ids.includes(id) ? [id, ...rest] : [...words];
}

/** `help create` is `create --help`. */
function helpLast(argv: readonly string[]): string[] {
  return argv[0] === 'help' ? [...argv.slice(1), '--help'] : [...argv];
}
