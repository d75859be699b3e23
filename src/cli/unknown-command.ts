import { ToolstackError } from '../model/index.js';

export interface KnownCommands {
  /** `machine:start`, as oclif has them. */
  readonly ids: readonly string[];
  readonly topics: readonly string[];
}

/** The words of a command line that name a command which does not exist; undefined when it does. */
export function unknownCommand(
  argv: readonly string[],
  { ids, topics }: KnownCommands,
): string | undefined {
  const firstFlag = argv.findIndex((word) => word.startsWith('-'));
  const [first, second] = firstFlag < 0 ? argv : argv.slice(0, firstFlag);
  if (first === undefined || ids.includes(first)) return undefined;
  if (!topics.includes(first)) return first;
  if (second === undefined || ids.includes(`${first}:${second}`)) return undefined;
  return `${first} ${second}`;
}

/** xl's words, and the command that was probably meant. */
export async function unknownCommandError(
  name: string,
  { ids }: KnownCommands,
): Promise<ToolstackError> {
  const { closest, distance } = await import('fastest-levenshtein');
  const nearest = closest(
    name,
    ids.map((id) => id.replaceAll(':', ' ')),
  );
  const isNear = distance(name, nearest) <= name.length / 2;
  return new ToolstackError('EINVAL', `command not implemented: ${name}`, {
    suggestions: [
      ...(isNear ? [`Did you mean \`domovoi ${nearest}\`?`] : []),
      'See `domovoi --help` for all commands.',
    ],
  });
}
