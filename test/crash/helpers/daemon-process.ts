import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('loaded-daemon.mjs', import.meta.url));
const READY_FD = 4;

/** A daemon in a process of its own, to be killed. */
export class DaemonProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  /** Begins to load the program; nothing of the state directory is touched. */
  constructor(stateDir: string) {
    const { PATH, HOME, LANG } = process.env;
    this.#child = fork(PROGRAM, {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc', 'pipe'],
      env: { PATH, HOME, LANG, DOMOVOI_STATE_DIR: stateDir },
      execArgv: [],
    });
    this.#exited = once(this.#child, 'exit');
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Starts the daemon with this fault planned, and returns when it listens or has ended. */
  async start(fault: string): Promise<void> {
    const ready = this.#child.stdio[READY_FD] as Readable;
    this.#child.send({ DOMOVOI_FAULT: fault, DOMOVOI_READY_FD: String(READY_FD) });
    await Promise.race([once(ready, 'data'), this.#exited]);
  }

  /** Returns when it has died by itself, with the signal that it died of. */
  async end(): Promise<NodeJS.Signals | null> {
    await this.#exited;
    return this.#child.signalCode;
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }
}
