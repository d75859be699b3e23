import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { type ApiClient, apiClient } from '../../../src/client/api-client.js';
import { parseDomainConfig } from '../../../src/config/index.js';
import { Daemon } from '../../../src/daemon/daemon.js';
import { LOCAL_DUMP_FILES } from '../../../src/daemon/local-dump-files.js';
import {
  type Host,
  type Limits,
  lifecycleSteps,
  NameClaims,
  planCreate,
  VncPasswords,
} from '../../../src/domain/index.js';
import { History } from '../../../src/history/index.js';
import { EmbeddedHypervisor } from '../../../src/hypervisor/embedded/embedded-hypervisor.js';
import { Machine } from '../../../src/machine/machine.js';
import { migrationSteps } from '../../../src/migration/index.js';
import {
  type DomainInfo,
  type Domid,
  domid,
  type JsonObject,
  mibToKib,
  type OperationEvent,
  type ReplyLine,
  uuid,
} from '../../../src/model/index.js';
import { type Handlers, OperationQueue } from '../../../src/operations/index.js';
import { makeStateDir, type StateDir, stateDirAt } from '../../../src/runtime/state-dir.js';
import { XenStoreClient } from '../../../src/xenstore/client.js';
import { dump, lines } from '../../layout/dump.js';

const here = dirname(fileURLToPath(import.meta.url));
export const EXAMPLES = join(here, '../../../examples');
export const KERNEL = join(EXAMPLES, 'kernels/tiny');
export const DISK = join(EXAMPLES, 'disks/root.img');

const SIZE = { totalMemoryKib: mibToKib(4096), cpus: 4 };
const PATIENT: Limits = {
  backendMs: 20_000,
  hotplugMs: 20_000,
  consoleMs: 20_000,
  suspendMs: 20_000,
  shutdownMs: 20_000,
};
/** Nothing of a test takes so long but what never comes. */
const SHORT_LIMITS = {
  DOMOVOI_BACKEND_TIMEOUT_MS: '20000',
  DOMOVOI_HOTPLUG_TIMEOUT_MS: '20000',
  DOMOVOI_CONSOLE_TIMEOUT_MS: '20000',
  DOMOVOI_SUSPEND_TIMEOUT_MS: '20000',
  DOMOVOI_SHUTDOWN_TIMEOUT_MS: '20000',
};

export type Environment = Readonly<Record<string, string>>;
export type Finished = Extract<OperationEvent, { event: 'finished' }>;

/** A machine in this process, without a daemon. */
export class TestMachine {
  readonly stateDir: StateDir;
  #machine: Machine | undefined;
  #store: XenStoreClient | undefined;
  #hypervisor: EmbeddedHypervisor | undefined;

  constructor() {
    this.stateDir = stateDirAt(mkdtempSync(join(tmpdir(), 'dv-')));
    makeStateDir(this.stateDir);
  }

  get store(): XenStoreClient {
    return there(this.#store);
  }

  get hypervisor(): EmbeddedHypervisor {
    return there(this.#hypervisor);
  }

  async start(): Promise<void> {
    this.#machine = new Machine(this.stateDir, SIZE, pino({ level: 'silent' }), () => undefined);
    await this.#machine.start();
    this.#store = await XenStoreClient.connect(this.stateDir.storeSocket);
    this.#hypervisor = await EmbeddedHypervisor.connect(this.stateDir.hypervisorSocket);
  }

  /** As in a loss of power: the domains are gone, the store is not. */
  async stop(): Promise<void> {
    await this.#store?.close();
    this.#hypervisor?.close();
    await this.#machine?.close();
  }

  remove(): void {
    rmSync(this.stateDir.root, { recursive: true, force: true });
  }

  /** All that an operation could leave behind, for comparing. */
  async traces(): Promise<{ tree: string[]; domains: DomainInfo[]; freeMemoryKib: number }> {
    const [nodes, domains, { freeMemoryKib }] = await Promise.all([
      dump(this.store),
      this.hypervisor.domains(),
      this.hypervisor.hostInfo(),
    ]);
    return {
      tree: lines(nodes),
      domains: domains.map((domain) => ({ ...domain, cpuTimeNs: 0 })),
      freeMemoryKib,
    };
  }

  /** Resolves when the store says of a node what `check` wants. */
  async until(path: string, check: (value: string | undefined) => boolean): Promise<void> {
    await this.store.waitFor(path, (value) => (check(value) ? true : undefined), {
      timeoutMs: 30_000,
    });
  }
}

/** A machine, and what operations are run with, without daemon and API. */
export class TestGround extends TestMachine {
  #history: History | undefined;
  #host: Host | undefined;

  static async start(limits: Partial<Limits> = {}): Promise<TestGround> {
    const ground = new TestGround();
    await ground.start();
    const history = History.open(ground.stateDir.historyDatabase);
    ground.#history = history;
    ground.#host = {
      name: 'localhost',
      hypervisor: ground.hypervisor,
      store: ground.store,
      chronicle: history.records,
      limits: { ...PATIENT, ...limits },
      dumps: LOCAL_DUMP_FILES,
      names: new NameClaims(),
      vncPasswords: new VncPasswords(),
    };
    return ground;
  }

  get host(): Host {
    return there(this.#host);
  }

  get history(): History {
    return there(this.#history);
  }

  get handlers(): Handlers {
    return new Map([...lifecycleSteps(this.host), ...migrationSteps(this.host)]);
  }

  /** A running domain, made by the steps of a create. */
  async domain(name: string, extra = ''): Promise<Domid> {
    const parsed = parseDomainConfig(config(name, extra), { file: join(EXAMPLES, 'test.cfg') });
    const complete = { ...parsed.config, uuid: parsed.config.uuid ?? uuid(randomUUID()) };
    const queue = new OperationQueue({ journal: this.history.journal, handlers: this.handlers });
    const { finished: made } = queue.submit({
      uuid: complete.uuid,
      requestedBy: 'test',
      plan: () => Promise.resolve(planCreate(complete, false)),
    });
    const { status, state, error } = await made;
    if (status !== 'succeeded') throw new Error(`the create ${status}: ${JSON.stringify(error)}`);
    return domid(Number(state.newDomid));
  }

  async close(): Promise<void> {
    this.#history?.close();
    await this.stop();
    this.remove();
  }
}

/** A machine and a toolstack daemon in this process, and a client of its API. */
export class TestHost extends TestMachine {
  #daemon: Daemon | undefined;
  /** Why the daemon wanted to end, each time it did. */
  readonly ends: (Error | undefined)[] = [];
  #lost: (() => void)[] = [];

  static async start(env: Environment = {}): Promise<TestHost> {
    const host = new TestHost();
    await host.start();
    await host.startDaemon(env);
    return host;
  }

  get api(): ApiClient {
    return apiClient(this.stateDir.daemonSocket);
  }

  async startDaemon(env: Environment = {}): Promise<void> {
    const logger = pino({ level: process.env.DOMOVOI_TEST_LOG ?? 'silent' });
    this.#daemon = new Daemon(this.stateDir, logger, { ...SHORT_LIMITS, ...env });
    await this.#daemon.start((error) => {
      this.ends.push(error);
      for (const tell of this.#lost.splice(0)) tell();
    });
  }

  async stopDaemon(): Promise<void> {
    await this.#daemon?.close();
    this.#daemon = undefined;
  }

  /** Resolves when the daemon says that it is to end. */
  async daemonEnds(): Promise<void> {
    if (this.ends.length > 0) return;
    await new Promise<void>((resolve) => this.#lost.push(resolve));
  }

  async close(): Promise<void> {
    await this.stopDaemon();
    await this.stop();
    this.remove();
  }

  create(text: string, overrides: readonly string[] = [], paused = false) {
    const file = join(EXAMPLES, 'test.cfg');
    return this.api.change('create', {
      text,
      file,
      cwd: EXAMPLES,
      overrides,
      paused,
      requestedBy: 'test',
    });
  }

  async created(text: string, overrides: readonly string[] = [], paused = false) {
    return succeeded(await this.create(text, overrides, paused));
  }

  async destroyed(domain: string) {
    return succeeded(await this.api.change('destroy', { domain, requestedBy: 'test' }));
  }

  migrate(domain: string, options: { maxDowntimeMs?: number; bandwidthKib?: number } = {}) {
    return this.api.change('migrate', {
      domain,
      destination: 'localhost',
      requestedBy: 'test',
      ...options,
    });
  }

  async migrated(domain: string, options: { maxDowntimeMs?: number; bandwidthKib?: number } = {}) {
    return succeeded(await this.migrate(domain, options));
  }
}

/** The text of a config of a small PV domain, with a disk and a network interface. */
export function config(name: string, extra = ''): string {
  return `
name = "${name}"
type = "pv"
kernel = "${KERNEL}"
memory = 8
disk = [ '${DISK},raw,xvda,rw' ]
vif = [ 'bridge=xenbr0' ]
${extra}
`;
}

/** How an operation ended. */
export async function finished(reply: AsyncIterable<ReplyLine>): Promise<Finished> {
  let last: ReplyLine | undefined;
  for await (const line of reply) last = line;
  if (last?.event === 'finished') return last;
  throw new Error('the reply ended without an end of the operation');
}

/** The state of an operation that succeeded. */
export async function succeeded(reply: AsyncIterable<ReplyLine>): Promise<JsonObject> {
  const end = await finished(reply);
  if (end.status === 'succeeded') return end.state;
  throw new Error(`the operation ${end.status}: ${JSON.stringify(end.error)}`);
}

function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the machine does not run');
  return value;
}
