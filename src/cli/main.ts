import { readGlobalOptions } from './global-options.js';
import { list, readListCommandLine } from './list.js';

/**
 * Runs one command line of `domovoi`. Sets the process's exit code and never throws.
 * @param entry the path of a file in the package: where oclif begins to look for package.json
 */
export async function main(argv: readonly string[], entry: string): Promise<void> {
  process.stdout.on('error', ignoreBrokenPipe);
  const { options, words } = readGlobalOptions(argv);
  try {
    // Scripts list often, and oclif takes longer to load than a daemon to answer.
    const listing = options.dryRun ? undefined : readListCommandLine(words);
    if (listing !== undefined) {
      process.stdout.write(await list(listing));
    } else {
      const { runWithOclif } = await import('./oclif.js');
      await runWithOclif(words, entry, options);
    }
  } catch (thrown) {
    const { report } = await import('./report.js');
    process.exitCode = report(thrown, words);
  }
}

/** Whoever read our output, `head` for one, has seen enough. */
function ignoreBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
