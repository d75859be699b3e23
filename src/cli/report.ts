import { ToolstackError, toToolstackError } from '../model/index.js';
import { paletteFor } from '../render/colour.js';
import { EXIT_USAGE, exitCodeOf, renderError } from '../render/errors.js';
import { renderJsonError } from '../render/json.js';
import { FailureWithExitCode, UsageError, WordedFailure } from './failure.js';
import { isUsageError, plainWords } from './usage.js';

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
  return isUsageError(thrown) ? EXIT_USAGE : exitCodeOf(argv[0] ?? '', error.code);
}

function errorOf(thrown: unknown): ToolstackError {
  if (thrown instanceof WordedFailure) return thrown.error;
  if (!isUsageError(thrown)) return toToolstackError(thrown);
  const usage = thrown instanceof UsageError ? thrown.usage : undefined;
  return new ToolstackError('EINVAL', plainWords(thrown), {
    suggestions: usage === undefined ? ['See --help.'] : [`Usage: ${usage}`, 'See --help.'],
  });
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
