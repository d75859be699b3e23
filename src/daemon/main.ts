import { pino } from 'pino';
import { logStream } from '../runtime/log-stream.js';
import { notifyReady, notifyStarting } from '../runtime/ready.js';
import { runMain } from '../runtime/run-main.js';
import { findStateDir, makeStateDir } from '../runtime/state-dir.js';
import { Daemon } from './daemon.js';

/** How often a daemon that is starting says so; its starter waits longer. */
const STARTING_MS = 5_000;

/** The process of the toolstack daemon. Runs until `domovoi daemon stop`, SIGTERM or SIGINT. */
async function main(): Promise<void> {
  const logger = pino({ base: { process: 'daemon' } }, logStream());
  const stateDir = findStateDir();
  makeStateDir(stateDir);
  const daemon = new Daemon(stateDir, logger);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => end());
  // What it has to recover may wait for guests, each within its limits.
  const telling = setInterval(notifyStarting, STARTING_MS);
  await daemon.start(end);
  clearInterval(telling);
  logger.info({ stateDir: stateDir.root }, 'the daemon is up');
  notifyReady({ pid: process.pid });

  function end(error?: Error): void {
    if (error !== undefined) logger.fatal({ err: error }, 'the host or the journal is gone');
    const ending = error === undefined ? daemon.close() : daemon.abandon();
    ending.then(
      () => process.exit(error === undefined ? 0 : 1),
      (err: unknown) => {
        logger.error({ err }, 'the daemon did not end cleanly');
        process.exit(1);
      },
    );
  }
}

runMain(main);
