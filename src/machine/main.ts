import { pino } from 'pino';
import { logStream } from '../runtime/log-stream.js';
import { notifyReady } from '../runtime/ready.js';
import { runMain } from '../runtime/run-main.js';
import { findStateDir, makeStateDir } from '../runtime/state-dir.js';
import { Machine } from './machine.js';
import { parseMachineOptions } from './options.js';

/** The process of the embedded machine. Runs until `domovoi machine stop`, SIGTERM or SIGINT. */
async function main(): Promise<void> {
  const size = parseMachineOptions(process.argv.slice(2));
  const logger = pino({ base: { process: 'machine' } }, logStream());
  const stateDir = findStateDir();
  makeStateDir(stateDir);
  const machine = new Machine(stateDir, size, logger, stop);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop);
  await machine.start();
  logger.info({ stateDir: stateDir.root, ...size }, 'the machine is up');
  notifyReady({ pid: process.pid });

  function stop(): void {
    machine.close().then(
      () => process.exit(),
      (error: unknown) => {
        logger.error({ err: error }, 'the machine did not go down cleanly');
        process.exit(1);
      },
    );
  }
}

runMain(main);
