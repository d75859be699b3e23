import { chmod, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { describeDom0, type Host } from '../domain/index.js';
import { History } from '../history/index.js';
import type { DaemonStatus } from '../model/index.js';
import { type OperationHandle, OperationQueue, parseFaults } from '../operations/index.js';
import { acquireLock, type Lock } from '../runtime/lock.js';
import type { StateDir } from '../runtime/state-dir.js';
import { makeApi } from './api.js';
import { connectEmbeddedHost } from './embedded-host.js';
import { cleanUpLostDomains } from './lost-domains.js';
import { readRestartLimits } from './restart-limits.js';
import { stepsOf } from './steps.js';
import { Supervisor } from './supervisor.js';
import { Toolstack } from './toolstack.js';

type Environment = Readonly<Record<string, string | undefined>>;

const OWN_VERSION = readVersion();
/** How long those who follow an operation have to read its last words. */
const FAREWELL_MS = 5_000;

/**
 * The toolstack daemon: takes requests, runs operations, keeps the history. It holds nothing that
 * it could not find again in its journal and on the host, so it may be killed at any moment; and
 * when the host goes away it ends itself, because starting again is the one way it has to recover.
 */
export class Daemon {
  readonly #stateDir: StateDir;
  readonly #logger: Logger;
  readonly #lock: Lock;
  readonly #history: History;
  readonly #env: Environment;
  readonly #startedAt = Date.now();
  #queue: OperationQueue | undefined;
  #api: FastifyInstance | undefined;
  #host: Host | undefined;
  #journalLost: Error | undefined;
  #isClosing = false;

  /**
   * @param env limits and faults, see embedded-host.ts and parseFaults
   * @throws ToolstackError EBUSY when another daemon serves this directory
   */
  constructor(stateDir: StateDir, logger: Logger, env: Environment = process.env) {
    this.#env = env;
    this.#stateDir = stateDir;
    this.#logger = logger;
    this.#lock = acquireLock(stateDir.daemonLock, { timeoutMs: 0 });
    this.#history = History.open(stateDir.historyDatabase);
  }

  /**
   * Connects to the host, brings what an earlier daemon left unfinished to an end, then listens.
   * @param onEnd called when the daemon is to end: with an error when it lost its host or journal
   * @throws ToolstackError host-lost; ENOSPC when there is no room to recover in
   */
  async start(onEnd: (error?: Error) => void): Promise<void> {
    const { records, journal } = this.#history;
    const { host, lost } = await connectEmbeddedHost(this.#stateDir, records, this.#env);
    this.#host = host;
    // Letting go of the host is not losing it. Without a journal nothing can be begun or ended: as
    // with the host, starting again is the way to recover.
    const onLost = (error: unknown): void => {
      if (!this.#isClosing) onEnd(error instanceof Error ? error : new Error(String(error)));
    };
    void lost.then(onLost);
    await describeDom0(host);
    const handlers = stepsOf(host);
    const queue = new OperationQueue({
      journal,
      handlers,
      faults: parseFaults(this.#env.DOMOVOI_FAULT ?? '', [...handlers.keys()]),
      onJournalLost: (error) => {
        this.#journalLost = error;
        if (this.#api !== undefined) onLost(error);
      },
      onStepError: (err, operation, where) => this.#logger.warn({ err, operation, where }),
    });
    this.#queue = queue;
    await this.#settle(queue.recoverUnfinished());
    await this.#settle(await cleanUpLostDomains(host, this.#history, queue));
    if (this.#journalLost !== undefined) throw this.#journalLost;
    const court = {
      host,
      history: this.#history,
      limits: readRestartLimits(this.#env),
      dumpDir: this.#stateDir.dumpDir,
    };
    await new Supervisor(court, queue, this.#logger, onLost).start();
    await this.#listen(new Toolstack(host, this.#history, queue), () => onEnd());
  }

  /** Lets running operations end, takes no new ones, and lets go of everything. */
  async close(): Promise<void> {
    await this.#queue?.drain();
    await this.#endApi();
    this.#isClosing = true;
    this.#host?.hypervisor.close();
    await this.#host?.store.close();
    this.#history.close();
    this.#lock.release();
  }

  /** Tells followers what is known and lets go of them; what runs is left to the next daemon. */
  async abandon(): Promise<void> {
    this.#isClosing = true;
    await this.#endApi();
  }

  async #endApi(): Promise<void> {
    const api = this.#api;
    const impatience = setTimeout(() => api?.server.closeAllConnections(), FAREWELL_MS);
    await api?.close();
    clearTimeout(impatience);
  }

  async #listen(toolstack: Toolstack, stop: () => void): Promise<void> {
    const { daemonSocket } = this.#stateDir;
    this.#api = makeApi({ toolstack, logger: this.#logger, status: () => this.#status(), stop });
    // We hold the lock: a socket that is there was left by a daemon that is not.
    await rm(daemonSocket, { force: true });
    await this.#api.listen({ path: daemonSocket });
    await chmod(daemonSocket, 0o600);
  }

  async #settle(operations: readonly OperationHandle[]): Promise<void> {
    for (const { id, finished } of operations) {
      try {
        const { status, kind, name, error } = await finished;
        this.#logger.info({ operation: id, status, kind, name, error }, 'recovered');
      } catch (err) {
        this.#logger.error({ operation: id, err }, 'could not be recovered');
      }
    }
  }

  #status(): DaemonStatus {
    return {
      pid: process.pid,
      version: OWN_VERSION,
      stateDir: this.#stateDir.root,
      startedAt: this.#startedAt,
      host: { kind: 'embedded', why: 'it is the default' },
      operations: {
        running: this.#queue?.counts().running ?? 0,
        queued: this.#queue?.counts().queued ?? 0,
        stuck: this.#history.queries.stuck(),
      },
    };
  }
}

function readVersion(): string {
  const manifest: unknown = createRequire(import.meta.url)('domovoi/package.json');
  const hasVersion = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return hasVersion ? String(manifest.version) : 'unknown';
}
