import { toToolstackError } from '../model/index.js';
import { notifyFailed } from './ready.js';

/** Runs a background process. What keeps it from running is told to its starter and to its log. */
export function runMain(main: () => Promise<void>): void {
  main().catch((thrown: unknown) => {
    const error = toToolstackError(thrown);
    notifyFailed(error);
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
}
