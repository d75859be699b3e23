import { Config } from '@oclif/core/config';
import { run } from '@oclif/core/run';
import { settings } from '@oclif/core/settings';
import { type KnownCommands, unknownCommand, unknownCommandError } from './unknown-command.js';

/**
 * Finds the command in the manifest, loads it and runs it.
 * @throws whatever the command throws; oclif's own errors for bad options
 */
export async function runWithOclif(argv: readonly string[], entry: string): Promise<void> {
  settings.enableAutoTranspile = false;
  const config = await Config.load(entry);
  const words = helpLast(argv);
  const known: KnownCommands = {
    ids: config.commandIDs,
    topics: config.topics.map((topic) => topic.name),
  };
  const unknown = unknownCommand(words, known);
  if (unknown !== undefined) throw await unknownCommandError(unknown, known);
  await run(joinTopic(words, known), config);
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
