import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Domid, ToolstackError } from '../../model/index.js';
import type { Watch, XenStoreClient } from '../../xenstore/client.js';
import { isXenStoreError } from '../../xenstore/errors.js';
import { FRAMES } from '../guest/frames.js';
import type { SimulatedHypervisor } from '../simulated-hypervisor.js';
import type { DriverLogger } from './back-end-kind.js';
import { Console } from './console-server.js';

/**
 * xenconsoled: reads every domain's console ring and offers the output on a UNIX socket, whose
 * path it writes to `console/tty` where the real one writes that of a pty.
 */
export class ConsoleDaemon {
  readonly #store: XenStoreClient;
  readonly #hypervisor: SimulatedHypervisor;
  readonly #dir: string;
  readonly #logger: DriverLogger;
  readonly #consoles = new Map<Domid, { readonly console: Console; readonly ports: Watch }>();
  #scans: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(
    store: XenStoreClient,
    hypervisor: SimulatedHypervisor,
    dir: string,
    logger: DriverLogger,
  ) {
    this.#store = store;
    this.#hypervisor = hypervisor;
    this.#dir = dir;
    this.#logger = logger;
  }

  /** Runs until the connection to the store ends. */
  async run(): Promise<void> {
    await rm(this.#dir, { recursive: true, force: true });
    await mkdir(this.#dir, { recursive: true, mode: 0o700 });
    // The store tells nothing of the end of a domain that is not introduced there, or not any more.
    this.#hypervisor.onDomainException(() => this.#rescanQuietly());
    await Promise.all([
      this.#rescanOn('@introduceDomain'),
      this.#rescanOn('@releaseDomain'),
      // A console may be set up only after its domain was introduced.
      this.#rescanOn('/local/domain/0/backend/console'),
    ]);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    // run() tells of a scan that failed.
    await this.#scans.catch(() => undefined);
    await Promise.all([...this.#consoles.values()].map(({ console }) => console.close()));
    await rm(this.#dir, { recursive: true, force: true });
  }

  async #rescanOn(path: string): Promise<void> {
    await this.#rescanOnEvents(await this.#store.watch(path));
  }

  async #rescanOnEvents(events: AsyncIterable<unknown>): Promise<void> {
    for await (const _ of events) await this.#rescan();
  }

  /** That a scan failed is told by run(), at the next event. */
  #rescanQuietly(): void {
    if (!this.#isClosed) this.#rescan().catch(() => undefined);
  }

  /** One scan at a time: two at once would both open the same console. */
  #rescan(): Promise<void> {
    this.#scans = this.#scans.then(() => this.#scan());
    return this.#scans;
  }

  async #scan(): Promise<void> {
    for (const [domid, { console, ports }] of this.#consoles) {
      if (this.#hypervisor.find(domid) === console.domain && !console.domain.dying) {
        if (!console.isConnected)
          await this.#contained(domid, () => this.#reconnect(domid, console));
        continue;
      }
      this.#consoles.delete(domid);
      await ports.close();
      await console.close();
    }
    const unserved = this.#hypervisor
      .domains()
      .filter(({ domid, dying }) => domid !== 0 && !dying && !this.#consoles.has(domid));
    await Promise.all(
      unserved.map(({ domid }) => this.#contained(domid, () => this.#serve(domid))),
    );
  }

  /** One console's trouble is none of the others'; without its store the daemon cannot go on. */
  async #contained(domid: Domid, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (isXenStoreError(error, 'ECONNRESET')) throw error;
      this.#logger.warn({ domid, err: error }, 'a console cannot be served');
    }
  }

  async #serve(domid: Domid): Promise<void> {
    const path = `/local/domain/${domid}/console`;
    const [port, ring] = await Promise.all([
      this.#store.maybeRead(`${path}/port`),
      this.#store.maybeRead(`${path}/ring-ref`),
    ]);
    const domain = this.#hypervisor.find(domid);
    if (!port || !ring || domain === undefined || domain.dying || this.#isClosed) return;
    if (ring !== String(domain.machineFrame(FRAMES.consoleRing))) {
      throw new ToolstackError('EINVAL', `"${ring}" is not the frame of its console`);
    }
    const console = new Console(this.#hypervisor, domain, join(this.#dir, String(domid)));
    await console.open(Number(port));
    const ports = await this.#store.watch(`${path}/port`);
    this.#consoles.set(domid, { console, ports });
    // That the store is lost is told by run().
    this.#rescanOnEvents(ports).catch(() => undefined);
    await this.#announce(path, console.socketPath);
  }

  /** After a soft reset the guest has another port. */
  async #reconnect(domid: Domid, console: Console): Promise<void> {
    const port = await this.#store.maybeRead(`/local/domain/${domid}/console/port`);
    // The toolstack may not have written it yet; when it has, there is another scan.
    if (port === String(console.domain.consolePort)) console.connect(Number(port));
  }

  async #announce(path: string, tty: string): Promise<void> {
    await this.#store.transaction(async (tx) => {
      if (await tx.exists(`${path}/port`)) await tx.write(`${path}/tty`, tty);
    });
  }
}
