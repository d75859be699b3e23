import { ToolstackError, toToolstackError } from '../model/index.js';
import { paletteFor } from '../render/colour.js';
import { EXIT_USAGE, exitCodeOf, renderError } from '../render/errors.js';
import { renderJsonError } from '../render/json.js';
import { FailureWithExitCode, UsageError, WordedFailure } from './failure.js';

/**
 * Tells the user why the command line failed: as JSON on stdout with `--json`, else in sentences
 * on stderr.
 * @returns the exit code, the one that xl would give, or that the failure asks for
 */
export function report(thrown: unknown, argv: readonly string[]): number {
  if (thrown instanceof FailureWithExitCode) {
    const usual = report(thrown.cause, argv);
    return exitRequest(thrown.cause) === undefined ? thrown.exitCode : usual;
  }
  const quietExit = exitRequest(thrown);
  if (quietExit !== undefined) return quietExit;
  const error = errorOf(thrown);
  if (wantsJson(argv)) process.stdout.write(renderJsonError(error));
  else if (thrown instanceof WordedFailure) process.stderr.write(thrown.message);
  else process.stderr.write(renderError(error, paletteFor(process.stderr, process.env)));
  return isUsage(thrown) ? EXIT_USAGE : exitCodeOf(argv[0] ?? '', error.code);
}

function errorOf(thrown: unknown): ToolstackError {
  if (thrown instanceof WordedFailure) return thrown.error;
  if (!isUsage(thrown)) return toToolstackError(thrown);
  return new ToolstackError('EINVAL', usageMessage(thrown), { suggestions: ['See --help.'] });
}

/** Every error that oclif makes is about the command line, and has a field `oclif`. */
function isUsage(thrown: unknown): thrown is Error {
  return thrown instanceof UsageError || (thrown instanceof Error && 'oclif' in thrown);
}

function usageMessage(thrown: Error): string {
  const missing = missingArguments(thrown);
  if (missing.length > 0) return `missing ${missing.join(' and ')}`;
  // What oclif says ends with a hint of its own, on a line of its own.
  return thrown.message.replace(/\nSee more help with --help$/, '').replace(/\s+/g, ' ');
}

/** The names that oclif's RequiredArgsError has, as the help page shows them. */
function missingArguments(thrown: Error): string[] {
  if (!('args' in thrown) || !Array.isArray(thrown.args)) return [];
  const named: readonly { readonly name?: unknown }[] = thrown.args;
  return named.flatMap(({ name }) => (typeof name === 'string' ? [name.toUpperCase()] : []));
}

/** `exit(n)` of a command, `--help` and `--version` come as an oclif ExitError. */
function exitRequest(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || !('code' in thrown) || thrown.code !== 'EEXIT')
    return undefined;
  const { oclif } = thrown as Error & { readonly oclif?: { readonly exit?: number } };
  return oclif?.exit ?? 0;
}

function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return (end < 0 ? argv : argv.slice(0, end)).includes('--json');
}
