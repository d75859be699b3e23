import { FailureWithExitCode, UsageError } from './failure.js';

/** What oclif knows of a command, as far as its usage goes. */
export interface CommandShape {
  /** `store:read`, as oclif has it. */
  readonly id: string;
  readonly args: Readonly<Record<string, ArgumentShape>>;
  readonly flags?: Readonly<Record<string, FlagShape>> | undefined;
  /** How the command is written, where that is no plain list of arguments; a template of oclif. */
  readonly usage?: string | string[] | undefined;
}

interface ArgumentShape {
  readonly name: string;
  readonly required?: boolean | undefined;
  readonly multiple?: boolean | undefined;
}

interface FlagShape {
  readonly name: string;
  readonly required?: boolean | undefined;
}

/** How a command is written: `domovoi wait DOMAIN --for … [FLAGS]`. */
export function usageLine({ id, args, flags = {}, usage }: CommandShape): string {
  const name = id.replaceAll(':', ' ');
  if (typeof usage === 'string') {
    return `domovoi ${usage.replaceAll('<%= command.id %>', name)}`;
  }
  const needed = Object.values(flags).filter(({ required }) => required === true);
  const words = [
    ...Object.values(args).map(argumentWord),
    ...needed.map((flag) => `--${flag.name} …`),
    '[FLAGS]',
  ];
  return `domovoi ${name} ${words.join(' ')}`;
}

function argumentWord({ name, required, multiple }: ArgumentShape): string {
  const word = `${name.toUpperCase()}${multiple === true ? '...' : ''}`;
  return required === true ? word : `[${word}]`;
}

/**
 * A mistake in the command line of `command`, in our words and with its usage; anything else as it
 * is.
 */
export function withUsage(thrown: unknown, command: CommandShape): unknown {
  if (thrown instanceof FailureWithExitCode) {
    return new FailureWithExitCode(thrown.exitCode, withUsage(thrown.cause, command));
  }
  if (!isUsageError(thrown)) return thrown;
  return new UsageError(wordsFor(thrown, command), usageLine(command));
}

/** Every error that oclif makes has a field `oclif`, and is about the command line unless it exits. */
export function isUsageError(thrown: unknown): thrown is Error {
  if (thrown instanceof UsageError) return true;
  if (!(thrown instanceof Error) || !('oclif' in thrown)) return false;
  return !('code' in thrown) || thrown.code !== 'EEXIT';
}

/** oclif's words as ours; those of xl for arguments too few. */
function wordsFor(thrown: Error, { id, args }: CommandShape): string {
  if (thrown.constructor.name === 'RequiredArgsError') {
    const count = Object.values(args).filter(({ required }) => required === true).length;
    const name = id.replaceAll(':', ' ');
    return `'domovoi ${name}' requires at least ${count} argument${count === 1 ? '' : 's'}.`;
  }
  return plainWords(thrown);
}

/** What oclif says, as one sentence without its hint and its headings. */
export function plainWords({ message }: Error): string {
  return message
    .replace(/\nSee more help with --help$/, '')
    .replace(/\s+/g, ' ')
    .replace(/^The following errors? occurred: /, '')
    .replace(/^Missing required flag (.*)$/, '--$1 is missing')
    .replace(/^Nonexistent flags?: (.*)$/, 'option $1 not supported')
    .replace(/^Parsing (--\S+) Expected/, '$1: expected')
    .replace(/^(Expected|Unexpected) /, (word) => word.toLowerCase())
    .replace(/^Flag (--\S+) expects a value$/, '$1 needs a value');
}
