import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { DOM0, type Domid, domid } from '../model/index.js';
import type { StateDir } from '../runtime/state-dir.js';
import { XenStoreClient } from '../xenstore/client.js';
import { StoreDaemon, type StoreHost } from '../xenstored/daemon.js';
import { duplexPair } from '../xenstored/duplex-pair.js';
import { BackEnds } from './backends/back-ends.js';
import { ConsoleDaemon } from './backends/console.js';
import { BACK_END_KINDS } from './backends/kinds.js';
import { runDom0Kernel } from './dom0-kernel.js';
import { StoredDomidCounter } from './domid-counter.js';
import { FRAMES } from './guest/frames.js';
import { makeHandlers } from './hypercalls/handlers.js';
import { HypercallServer } from './hypercalls/server.js';
import { type HostSize, SimulatedHypervisor } from './simulated-hypervisor.js';

/** What domain 0's start-up writes on a real host (tools/helpers/xen-init-dom0.c of Xen). */
const DOM0_KEYS: readonly (readonly [path: string, value: string])[] = [
  ['/local/domain/0/domid', '0'],
  ['/local/domain/0/name', 'Domain-0'],
  ['/local/domain/0/control/feature-poweroff', '1'],
  ['/local/domain/0/control/feature-reboot', '1'],
  ['/local/domain/0/control/feature-suspend', '1'],
  ['/local/pool/0/name', 'Pool-0'],
];

/** The embedded Xen host: hypervisor, store daemon, back ends and guests in one process. */
export class Machine {
  readonly #counter: StoredDomidCounter;
  readonly #hypervisor: SimulatedHypervisor;
  readonly #logger: Logger;
  readonly #stateDir: StateDir;
  readonly #onStop: () => void;
  readonly #hypercalls: HypercallServer;
  #store: StoreDaemon | undefined;
  #dom0: XenStoreClient | undefined;
  #consoles: ConsoleDaemon | undefined;
  #closing: Promise<void> | undefined;

  /**
   * @param onStop called when the machine is asked to stop, or can go on no longer: process.exitCode
   * is set then
   * @throws ToolstackError EBUSY when another machine runs in the directory
   */
  constructor(stateDir: StateDir, size: HostSize, logger: Logger, onStop: () => void) {
    this.#onStop = onStop;
    this.#stateDir = stateDir;
    this.#logger = logger;
    this.#counter = new StoredDomidCounter(stateDir.machineDatabase);
    this.#hypervisor = new SimulatedHypervisor(size, this.#counter);
    this.#hypercalls = new HypercallServer(makeHandlers(this.#hypervisor, onStop));
  }

  /** Boots: the store as it was, domain 0, its drivers; then opens the sockets. */
  async start(): Promise<void> {
    this.#store = await StoreDaemon.open({
      dir: this.#stateDir.storeDir,
      host: this.#storeHost(),
      logger: this.#logger,
    });
    const store = this.#store;
    this.#hypervisor.onDomainException((id) => store.domainsChanged(id));
    const dom0 = new XenStoreClient(store.connectLocal(0));
    this.#dom0 = dom0;
    await dom0.transaction(async (tx) => {
      await Promise.all(DOM0_KEYS.map(([path, value]) => tx.write(path, value)));
    });
    const home = {
      domid: DOM0,
      events: this.#hypervisor.dom0Events,
      store: dom0,
      hypervisor: this.#hypervisor,
      logger: this.#logger,
      whenRunnable: () => Promise.resolve(),
    };
    for (const kind of BACK_END_KINDS) {
      this.#keepRunning(kind.name, new BackEnds(kind, home).run());
    }
    this.#keepRunning('kernel', runDom0Kernel(dom0, this.#hypervisor));
    this.#consoles = new ConsoleDaemon(
      dom0,
      this.#hypervisor,
      join(this.#stateDir.machineDir, 'console'),
      this.#logger,
    );
    this.#keepRunning('console', this.#consoles.run());
    await store.listen(this.#stateDir.storeSocket);
    await store.listen(this.#stateDir.storeReadOnlySocket, 'ro');
    await this.#hypercalls.listen(this.#stateDir.hypervisorSocket);
  }

  /** Switches off, losing every domain. Safe to call twice. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#hypercalls.close();
    for (const { domid: id } of this.#hypervisor.domains())
      this.#hypervisor.find(id)?.guest?.stop();
    await this.#consoles?.close();
    await this.#dom0?.close();
    await this.#store?.close();
    this.#counter.close();
  }

  /**
   * Drivers contain what goes wrong with one domain. One that fails as a whole is a fault of ours:
   * the host goes down, as with a kernel.
   */
  #keepRunning(driver: string, running: Promise<void>): void {
    running.catch((error: unknown) => {
      if (this.#closing !== undefined) return;
      this.#logger.fatal({ driver, err: error }, 'a driver of domain 0 failed');
      process.exitCode = 1;
      this.#onStop();
    });
  }

  #storeHost(): StoreHost {
    return {
      domainState: (id) => {
        if (id === 0) return 'alive';
        const domain = this.#hypervisor.find(id as Domid);
        if (domain === undefined || domain.dying) return 'gone';
        return domain.shutdown === undefined ? 'alive' : 'shutdown';
      },
      connectRing: (id, frame, port) => this.#connectRing(domid(id), frame, port),
    };
  }

  /** Maps a domain's ring page and binds its event channel, as the store daemon asks in INTRODUCE. */
  #connectRing(id: Domid, frame: bigint, port: number): Duplex | undefined {
    const domain = this.#hypervisor.find(id);
    if (domain?.guest === undefined || domain.dying) return undefined;
    if (frame !== domain.machineFrame(FRAMES.storeRing) || port !== domain.storePort)
      return undefined;
    const [daemonEnd, guestEnd] = duplexPair();
    domain.guest.connectStore(guestEnd);
    return daemonEnd;
  }
}
