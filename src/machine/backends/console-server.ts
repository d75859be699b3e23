import { rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { readConsole, writeConsoleInput } from '../console-ring.js';
import type { MachineDomain } from '../domain.js';
import { FRAMES } from '../guest/frames.js';
import type { SimulatedHypervisor } from '../simulated-hypervisor.js';

/** What is kept for a viewer who comes later. */
const KEPT_BYTES = 64 * 1024;
/** What was typed and the guest has not taken: from there on nobody is listened to. */
const UNTAKEN_BYTES = 4 * 1024;

/** One domain's console: its recent output, and those who look at it and type. */
export class Console {
  readonly domain: MachineDomain;
  readonly socketPath: string;
  readonly #hypervisor: SimulatedHypervisor;
  readonly #viewers = new Set<Socket>();
  readonly #server: Server;
  #recent = Buffer.alloc(0);
  #typed = Buffer.alloc(0);
  #isWaiting = false;
  #port: number | undefined;

  constructor(hypervisor: SimulatedHypervisor, domain: MachineDomain, socketPath: string) {
    this.#hypervisor = hypervisor;
    this.domain = domain;
    this.socketPath = socketPath;
    this.#server = createServer((viewer) => this.#welcome(viewer));
  }

  /** @throws ToolstackError EINVAL when the domain has no such port for us */
  async open(remotePort: number): Promise<void> {
    this.connect(remotePort);
    try {
      await rm(this.socketPath, { force: true });
      await new Promise<void>((resolve, reject) => {
        this.#server.once('error', reject);
        this.#server.listen(this.socketPath, resolve);
      });
    } catch (error) {
      await this.close();
      throw error;
    }
    this.#drain();
  }

  /** Whether the guest still has its end: a soft reset takes it away. */
  get isConnected(): boolean {
    return this.#port !== undefined && this.#hypervisor.dom0Events.isBound(this.#port);
  }

  /** Takes up with the guest's port, in place of the one before. @throws ToolstackError EINVAL */
  connect(remotePort: number): void {
    const { dom0Events } = this.#hypervisor;
    const port = dom0Events.bindInterdomain(this.domain.domid, remotePort, () => this.#onEvent());
    if (this.#port !== undefined) dom0Events.close(this.#port);
    this.#port = port;
  }

  async close(): Promise<void> {
    if (this.#port !== undefined) this.#hypervisor.dom0Events.close(this.#port);
    this.#port = undefined;
    for (const viewer of this.#viewers) viewer.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #welcome(viewer: Socket): void {
    this.#viewers.add(viewer);
    viewer.on('error', () => viewer.destroy());
    viewer.on('close', () => this.#viewers.delete(viewer));
    viewer.on('data', (bytes: Buffer) => this.#type(bytes));
    viewer.write(this.#recent);
  }

  #onEvent(): void {
    this.#drain();
    this.#pass();
  }

  #drain(): void {
    const bytes = readConsole(this.domain.memory, FRAMES.consoleRing);
    if (bytes.length === 0) return;
    this.#recent = Buffer.concat([this.#recent, bytes]).subarray(-KEPT_BYTES);
    for (const viewer of this.#viewers) {
      // Who does not read loses the connection, not our memory.
      if (viewer.writableLength > KEPT_BYTES) viewer.destroy();
      else viewer.write(bytes);
    }
  }

  #type(bytes: Buffer): void {
    this.#typed = Buffer.concat([this.#typed, bytes]);
    this.#pass();
    if (this.#typed.length > UNTAKEN_BYTES) for (const viewer of this.#viewers) viewer.pause();
  }

  /** Gives the guest what was typed, as far as it has room. */
  #pass(): void {
    if (this.#typed.length === 0 || this.#port === undefined) return;
    if (!this.domain.runnable) {
      this.#passLater();
      return;
    }
    const { memory } = this.domain;
    const count = writeConsoleInput(memory, FRAMES.consoleRing, this.#typed);
    this.#typed = this.#typed.subarray(count);
    if (count > 0) this.#hypervisor.dom0Events.notify(this.#port);
    if (this.#typed.length <= UNTAKEN_BYTES) for (const viewer of this.#viewers) viewer.resume();
  }

  /** The memory of a domain that does not run must stay as it is: it may be on its way elsewhere. */
  #passLater(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    void this.domain.whenRunnable().then(() => {
      this.#isWaiting = false;
      this.#pass();
    });
  }
}
