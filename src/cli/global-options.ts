/** The options before the command, as in `xl -vfNtT create …`. */
export interface GlobalOptions {
  /** `-N`: only show what would be done. */
  readonly dryRun: boolean;
  /** `-v`: tell each step. */
  readonly verbose: boolean;
}

/** `-f`, `-t` and `-T` are taken and change nothing: no lock to ignore, no lines to overwrite. */
const CLUSTER = /^-[vfNtT]+$/;

/** Takes the options before the command from a command line. */
export function readGlobalOptions(argv: readonly string[]): {
  readonly options: GlobalOptions;
  readonly words: readonly string[];
} {
  const command = argv.findIndex((word) => !CLUSTER.test(word));
  const count = command < 0 ? argv.length : command;
  const letters = argv.slice(0, count).join('');
  return {
    options: { dryRun: letters.includes('N'), verbose: letters.includes('v') },
    words: argv.slice(count),
  };
}
